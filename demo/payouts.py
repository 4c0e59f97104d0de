"""One payout that the bank has carried out, one that waits for its checker, and the escrow's bank statement."""

from datetime import timedelta

ACCOUNTS = ("noodles", "bakery", "tea")  # merchants with a trusted bank account; the others are left out
BANK = ("Bank of the Bund", "外滩银行")


def build(world):
    """Reimburse merchants' vouchers, pay some of them out, and import the statement of the escrow's bank.

    :param World world: its periods are settled, vouchers were spent
    """
    env, company = world.env, world.company
    bank = env["res.bank"].create({"name": world.text(BANK), "bic": "BKCHCNBJ300"})
    trusted = [merchant for key, merchant in world.merchants.items() if key in ACCOUNTS]
    payees = [*(merchant.partner_id for merchant in trusted), world.shoppers[0]]  # who has a part of a supermarket, too
    for number, partner in enumerate([company.partner_id, *payees]):
        account = env["res.partner.bank"].create({
            "partner_id": partner.id, "bank_id": bank.id, "acc_number": f"6222 0200 1000 {1000 + number} 568",
            "clearing_number": "104290003033"})
        account.sudo().allow_out_payment = True  # sudo: the demo's own hand
        if partner == company.partner_id:
            company.payout_bank_id = account
    checker = world.users["checker"]
    _reimburse(world, trusted[:1])
    if paid := _submit(world, kind="merchant"):
        paid.with_user(checker).action_approve()
        paid.action_send()
        answer = "reference,amount,status\n" + "".join(
            f"{line.name},{line.amount:.2f},paid\n" for line in paid.sudo().line_ids)
        env["payout.ack"].sudo()._take_in(paid.sudo(), answer.encode(), "bank-answer.csv")
    _reimburse(world, trusted[1:])
    _submit(world)
    _import_statement(world)


def _submit(world, **vals):
    """Return a batch that waits for its checker; nothing where nobody can be paid."""
    env = world.env
    if not env["payout.source"]._get_payable(world.company):
        return None
    batch = env["payout.batch"].with_user(world.users["maker"]).create(vals)
    batch.action_propose()
    if not batch.line_ids:
        batch.unlink()
        return None
    batch.action_submit()
    return batch


def _reimburse(world, merchants):
    documents = world.env["voucher.reimbursement"]
    due = documents._get_due_by_merchant(world.env["alliance.merchant"].union(*merchants))
    for merchant in merchants:
        if due[merchant] > 0:
            document = documents.with_user(world.users["maker"]).create({"merchant_id": merchant.id})
            document.action_submit()
            document.with_user(world.users["checker"]).action_approve()


def _import_statement(world):
    """The bank has made every transfer of the ledger, the next day."""
    env, company = world.env, world.company
    today, balance, rows = world.today(), 0, ["date,reference,amount,balance,description"]
    env["escrow.posting"]._post_unposted(company)
    for number, item in enumerate(env["escrow.bank.line"]._get_open_items(company), start=1):
        balance += item["cents"]
        day = min(item["day"] + timedelta(days=1), today)
        rows.append(f"{day},DEMO{number:05d},{item['cents'] / 100:.2f},{balance / 100:.2f},{item['name']}")
    env["escrow.bank.statement"].sudo()._take_in(company, "\n".join(rows).encode(), "escrow-bank.csv")
    env["escrow.reconciliation"]._reconcile(company)
