"""A small platform on a database of its own, built with commits as operators build it."""

from odoo import fields
from odoo.fields import Command

RATE = 10.0  # percent of concession of every merchant here


def build(env, shopper_count: int = 1, merchant_names=("Teahouse", "Bakery")) -> dict:
    """Make merchants with full deposits, shoppers, a maker and a checker; return their ids by name."""
    merchants = [make_merchant(env, name) for name in merchant_names]
    shoppers = env["res.partner"].create([{"name": f"Shopper {number:03d}"} for number in range(shopper_count)])
    staff = {
        role: env["res.users"].with_context(no_reset_password=True).create({
            "name": role, "login": f"platform_{role}",
            "group_ids": [Command.set([env.ref(f"voucher_settlement.group_settlement_{role}").id,
                                       env.ref("base.group_user").id])]}).id
        for role in ("maker", "checker")}
    env["green.points.cohort"]._lock_open(env.company)
    return {
        "merchants": [merchant.id for merchant in merchants],
        "stores": [merchant.store_ids.id for merchant in merchants],
        "shoppers": shoppers.ids, **staff}


def make_merchant(env, name: str, deposit_cents: int = 100_000_000):
    """Return an active merchant with one store, a signed contract and a deposit."""
    merchant = env["alliance.merchant"].create({
        "name": name, "partner_id": env["res.partner"].create({"name": name}).id, "scene": "alliance",
        "state": "active", "store_ids": [Command.create({"name": f"{name} Store", "scene": "alliance"})]})
    contract = env["alliance.contract"].create({
        "merchant_id": merchant.id, "date_start": "2020-01-01", "line_ids": [Command.create({"rate": RATE})]})
    contract._activate("Test")
    if deposit_cents:
        merchant._deposit("topup", deposit_cents, f"platform,{merchant.id}", "Test")
    return merchant


def prepare_sale(env, key: str, shopper_id: int, store_id: int, cents: int, **vals) -> dict:
    """Return what ``_register_sales`` takes."""
    return {
        "idempotency_key": key, "partner": env["res.partner"].browse(shopper_id),
        "store": env["alliance.store"].browse(store_id), "sale_datetime": fields.Datetime.now(),
        "cash_cents": cents, **vals}


def give_vouchers(env, shopper_id: int, cents: int, key: str):
    """Put a deduction lot into a shopper's wallet through the wallet's own book-keeping."""
    wallet = env["voucher.wallet"]._get_or_create(env["res.partner"].browse(shopper_id), env.company)
    wallet._lock()
    today = fields.Date.today()
    lot = env["voucher.lot"].create({
        "wallet_id": wallet.id, "kind": "deduction", "amount": cents / 100, "remaining": 0, "date": today,
        "expires_on": fields.Date.add(today, days=90), "idempotency_key": key})
    wallet._book([lot._prepare_entry("grant", cents, key)])
    return wallet


def settle_step(env, ids: dict, step: str) -> None:
    """Take one step of the oldest period that is not settled: close, compute, approve or settle."""
    prepare_step(env, ids, step)()


def prepare_step(env, ids: dict, step: str):
    """Return what :func:`settle_step` calls."""
    period = env["settlement.period"].search([("state", "!=", "settled")], order="number", limit=1)
    user = ids["maker"] if step in ("close", "compute") else ids["checker"]
    return getattr(period.with_user(user), f"action_{step}")


def owe_merchants(env, ids: dict, amounts: list) -> list:
    """Make the platform owe each merchant so many cents for vouchers, with a bank account to pay it to; return them."""
    account = {"bank_id": env["res.bank"].create({"name": "Test Bank"}).id}
    company = env.company
    partners = [company.partner_id, *env["alliance.merchant"].browse(ids["merchants"]).partner_id]
    for number, partner in enumerate(partners):
        bank = env["res.partner.bank"].create({**account, "partner_id": partner.id, "acc_number": f"62220202{number}"})
        bank.allow_out_payment = True
    company.payout_bank_id = company.partner_id.bank_ids[:1]
    sales = env["alliance.qualified.sale"]._register_sales([
        prepare_sale(env, "platform,fill", ids["shoppers"][-1], ids["stores"][0], 1_000_000)])
    env["alliance.funding"]._fund_pending(sales.merchant_id)
    for number, cents in enumerate(amounts):
        wallet = give_vouchers(env, ids["shoppers"][-1], cents, f"platform,owe,{number}")
        wallet._authorize(
            cents, env["alliance.store"].browse(ids["stores"][number]), f"platform,owe,{number}",
            kinds=["deduction"])._capture()
        document = env["voucher.reimbursement"].with_user(ids["maker"]).create(
            {"merchant_id": ids["merchants"][number]})
        document.action_submit()
        document.with_user(ids["checker"]).action_approve()
    env["escrow.posting"]._post_unposted(company)
    return amounts
