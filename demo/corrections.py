"""A mistake that was corrected, and one that waits for its checker."""

REASON = ("The receipt was entered for the whole table; the guests paid apart.", "收据按整桌录入,客人实际分开付款。")
TEXT = ("receipt entered for the whole table", "收据按整桌录入")
SPENT = ("The cashier took the vouchers for another guest's bill.", "收银员把抵用券用在了另一位客人的账单上。")
SPENT_TEXT = ("used for another guest's bill", "误用于他人账单")


def build(world):
    """Correct points of the last sale with some, and ask for a correction of the last vouchers spent.

    :param World world: sales were made and vouchers were spent
    """
    env = world.env
    shopper = world.shoppers[0]
    earned = env["green.points.entry"].search([
        ("kind", "=", "earn"), ("holder_kind", "=", "shopper"), ("partner_id", "=", shopper.id), ("base", ">=", 1)],
        limit=1)
    spent = env["voucher.entry"].search([("kind", "=", "redeem"), ("amount", "<=", -1)], limit=1)
    if earned:
        _submit(world, REASON, TEXT, points_entry_id=earned.id).with_user(world.users["checker"]).action_approve()
    if spent:
        _submit(world, SPENT, SPENT_TEXT, voucher_entry_id=spent.id)


def _submit(world, reason, text, **vals):
    correction = world.env["ledger.correction"].with_user(world.users["maker"]).create({
        **vals, "amount": 1.0, "reason": world.text(reason), "holder_text": world.text(text)})
    correction.action_submit()
    return correction
