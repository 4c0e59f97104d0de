"""What is killed half-way: settling a period and all that follows from it, in the transactions of real life."""

import odoo.api

from tests.support.platform import build, prepare_sale, settle_step
from tests.support.worker_main import checkpoint

CHUNK = 7  # wallets credited in one transaction, so that there are many
SHOPPERS = 60
STEPS = {"open": "close", "closing": "compute", "computed": "approve", "approved": "settle"}


def _in_transaction(env, work):
    with env.registry.cursor() as cr:
        return work(odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {}))


def live(env) -> dict:
    """Live through three settled periods and a fourth that is open; return the platform's ids."""
    ids = _in_transaction(env, lambda env: build(env, shopper_count=SHOPPERS))
    for period in range(4):
        _in_transaction(env, lambda env, period=period: _trade(env, ids, period))
        if period < 3:
            settle_and_credit(env, ids, period + 1)
    return ids


def _trade(env, ids, period):
    """Sales of every third shopper, some refunds, and payments with the vouchers there are."""
    sales = env["alliance.qualified.sale"]._register_sales([
        prepare_sale(env, f"sale,{period},{number}", ids["shoppers"][number], ids["stores"][number % 2],
                     20_000 + 1_337 * number)
        for number in range(SHOPPERS) if (number + period) % 3])
    env["alliance.funding"]._fund_pending()
    env["alliance.qualified.sale"]._register_sales([
        prepare_sale(env, f"refund,{period},{sale.id}", sale.partner_id.id, sale.store_id.id,
                     -round(sale.cash_amount * 40), origin=sale) for sale in sales[::5]])
    env["alliance.funding"]._fund_pending()
    for wallet in env["voucher.wallet"].search([], order="id")[period::4]:
        wallet._credit_up_to_date()
        cents = round(wallet.balance_deduction * 100) // 2
        if cents and wallet.partner_id.id in ids["shoppers"]:
            store = env["alliance.store"].browse(ids["stores"][period % 2])
            wallet._authorize(cents, store, f"pay,{period},{wallet.id}")._capture()


def settle_and_credit(env, ids, number):
    """Settle period ``number`` from wherever it stands, credit all wallets, book the day."""
    while state := _in_transaction(env, lambda env: _get_state(env, number)):
        _in_transaction(env, lambda env, step=STEPS[state]: settle_step(env, ids, step))
        checkpoint(f"{number} {state}")
    _in_transaction(env, lambda env: _run_job(env, "voucher_settlement.ir_cron_credit_wallets",
                                              lambda model: model._cron_credit(chunk=CHUNK)))
    _in_transaction(env, lambda env: _run_job(env, "voucher_settlement.ir_cron_escrow_post",
                                              lambda model: model._cron_post()))


def _get_state(env, number):
    """Return the state of a period, or None when it is settled."""
    period = env["settlement.period"].search([("number", "=", number)])
    return period.state if period.state != "settled" else None


def _run_job(env, xmlid, work):
    """Run a job as cron does: it commits after each part of its work."""
    cron = env.ref(xmlid)
    progress = env["ir.cron.progress"].create({"cron_id": cron.id})
    env.cr.commit()
    context = {"ir_cron_progress_id": progress.id, "cron_id": cron.id, "cron_end_time": float("inf")}
    work(env["voucher.wallet" if "credit" in xmlid else "escrow.posting"].with_context(**context))
