"""What the tests of this folder run at the same moment in many processes and threads."""

import random
import threading
import time

from psycopg2 import errorcodes
from psycopg2.errors import OperationalError

import odoo.api
from odoo import fields
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import retrying
from odoo.tools import mute_logger

from tests.support.platform import prepare_sale, settle_step

RETRIED = (errorcodes.SERIALIZATION_FAILURE, errorcodes.DEADLOCK_DETECTED, errorcodes.LOCK_NOT_AVAILABLE)


def until_done(registry, work, seconds: float = 150):
    """Run ``work(env)`` in a transaction of its own, again and again while others are in the way.

    Odoo's own retrying, without its long waits and its last try.

    :return: what ``work`` returns, or the :class:`UserError` that it ended with
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            with registry.cursor() as cr:
                return work(odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {}))
        except UserError as error:
            return error
        except (OperationalError, ConcurrencyError) as error:
            if getattr(error, "pgcode", None) not in RETRIED and not isinstance(error, ConcurrencyError):
                raise
            if time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.005, 0.1))


def in_threads(registry, works) -> list:
    """Run every ``work(env)`` in a thread with a connection of its own, all released at once; return what each gave."""
    outcomes = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(number, work):
        gate.wait()
        try:
            outcomes[number] = until_done(registry, work)
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcomes[number] = error

    with mute_logger("odoo.sql_db"):
        threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, UserError):
            raise outcome
    return outcomes


def redeem(env, wallet_id, store_id, prefix, count, cents):
    """Pay ``count`` times with vouchers, each authorised and captured in transactions of their own.

    :return: [paid, refused]
    """
    def authorize(number):
        def work(env):
            wallet = env["voucher.wallet"].browse(wallet_id)
            return wallet._authorize(cents, env["alliance.store"].browse(store_id), f"{prefix},{number}").id
        return work

    holds = in_threads(env.registry, [authorize(number) for number in range(count)])
    captures = [lambda env, hold=hold: bool(env["voucher.hold"].browse(hold)._capture() or True)
                for hold in holds if not isinstance(hold, UserError)]
    if captures:
        in_threads(env.registry, captures)
    return [len(captures), count - len(captures)]


def authorize_once(env, wallet_id, store_id, key, count, cents):
    """Ask ``count`` times at once with the same key, then capture as often; return the holds' ids."""
    holds = in_threads(env.registry, [
        lambda env: env["voucher.wallet"].browse(wallet_id)._authorize(
            cents, env["alliance.store"].browse(store_id), key).id] * count)
    in_threads(env.registry, [lambda env: bool(env["voucher.hold"].browse(holds[0])._capture() or True)] * count)
    return sorted(set(holds))


def capture_or_release(env, hold_id, count):
    """Capture and release one hold at once, ``count`` times each."""
    works = [lambda env: env["voucher.hold"].browse(hold_id)._capture() and None,
             lambda env: env["voucher.hold"].browse(hold_id)._release() and None] * count
    return [type(outcome).__name__ for outcome in in_threads(env.registry, works)]


def register(env, key, shopper_id, store_id, cents, count):
    """Register the same sale ``count`` times at once; return the ids of what came of it."""
    return sorted(set(in_threads(env.registry, [
        lambda env: env["alliance.qualified.sale"]._register_sales(
            [prepare_sale(env, key, shopper_id, store_id, cents)]).id] * count)))


def sell(env, prefix, shopper_ids, store_id, cents):
    """Sell to each of the shoppers at once."""
    def work(number, shopper_id):
        return lambda env: env["alliance.qualified.sale"]._register_sales(
            [prepare_sale(env, f"{prefix},{number}", shopper_id, store_id, cents)]).id

    in_threads(env.registry, [work(*item) for item in enumerate(shopper_ids)])


def send_order(env, config_id, uuid, qty, **vals):
    """Send an order of the till's product as tills do; return its id."""
    config = env["pos.config"].browse(config_id)
    product = env["product.product"].search([("default_code", "=", "till")])
    total = product.list_price * qty
    line = {"product_id": product.id, "qty": qty, "price_unit": product.list_price, "price_subtotal": total,
            "price_subtotal_incl": total, "tax_ids": [], "uuid": f"{uuid},line", **vals}
    payment = {"amount": total, "uuid": f"{uuid},payment",
               "payment_method_id": config.payment_method_ids.filtered("is_cash_count")[:1].id}
    env["pos.order"].sync_from_ui([{
        "uuid": uuid, "session_id": config.current_session_id.id, "state": "paid", "access_token": uuid,
        "date_order": fields.Datetime.to_string(fields.Datetime.now()), "amount_total": total, "amount_tax": 0,
        "amount_paid": total, "amount_return": 0, "lines": [(0, 0, line)], "payment_ids": [(0, 0, payment)]}])
    return env["pos.order"].search([("uuid", "=", uuid)]).id


def give_back(env, config_id, line_id):
    """Take back one of the goods of a line at the till, as soon as nobody is in the way."""
    return until_done(env.registry, lambda env: send_order(
        env, config_id, "test,back", -1, refunded_orderline_id=line_id))


def claim(env, order_id, partner_id):
    """Claim a receipt as soon as nobody is in the way; return what was refused, if anything."""
    outcome = until_done(env.registry, lambda env: env["pos.order"].browse(order_id)._claim(
        env["res.partner"].browse(partner_id)) and None)
    return str(outcome) if outcome else None


def move_store(env, store_id, merchant_id):
    """Hand a store to another merchant as a request does; return what was refused, if anything."""
    try:
        retrying(lambda: env["alliance.store"].browse(store_id).write({"merchant_id": merchant_id}), env)
    except UserError as error:
        return str(error)
    return None


def step_contract(env, contract_id, step):
    """Take a step of a contract as a request does; return what was refused, if anything."""
    try:
        retrying(getattr(env["alliance.contract"].browse(contract_id), step), env)
    except UserError as error:
        return str(error)
    return None


def fund(env, merchant_id, count):
    """Fund one merchant's sales ``count`` times at once."""
    in_threads(env.registry, [
        lambda env: env["alliance.funding"]._fund_pending(env["alliance.merchant"].browse(merchant_id)).ids] * count)


def sell_and_fund(env, prefix, shopper_ids, store_id, merchant_id):
    """Sell to each shopper and fund, one after the other, each step committed."""
    def sell(number, shopper_id):
        return lambda env: env["alliance.qualified.sale"]._register_sales(
            [prepare_sale(env, f"{prefix},{number}", shopper_id, store_id, 10_000)]).id

    for item in enumerate(shopper_ids):
        until_done(env.registry, sell(*item))
        until_done(env.registry, lambda env: env["alliance.funding"]._fund_pending(
            env["alliance.merchant"].browse(merchant_id)).ids)


def refund(env, origin_id, key, cents):
    """Register and fund the refund of a sale; return what was refused, if anything."""
    def work(env):
        origin = env["alliance.qualified.sale"].browse(origin_id)
        env["alliance.qualified.sale"]._register_sales([prepare_sale(
            env, key, origin.partner_id.id, origin.store_id.id, -cents, origin=origin)])
        env["alliance.funding"]._fund_pending(origin.merchant_id)

    outcome = until_done(env.registry, work)
    return str(outcome) if outcome else None


def settle(env, ids, periods):
    """Settle ``periods`` periods, each step in a transaction of its own.

    A refund that commits between the checker's approval and the settling changes what was approved; settling then
    refuses, and people reset, compute and approve again, as here.
    """
    def take(step):
        return until_done(env.registry, lambda env: settle_step(env, ids, step))

    for _number in range(periods):
        refused = take("close")
        for _attempt in range(20):
            refused = refused or take("compute") or take("approve")
            if refused:
                raise refused
            refused = take("settle")
            if not refused:
                break
            if "approved" not in str(refused):
                raise refused
            refused = take("reset")
        else:
            raise AssertionError("a settlement was in the way of refunds twenty times in a row")


def exchange(env, shopper_id, offer_id, prefix, count):
    """Book a service ``count`` times at once; return how many bookings were made."""
    def book(number):
        return lambda env: env["green.points.exchange"]._exchange(
            env["res.partner"].browse(shopper_id), env["green.points.offer"].browse(offer_id), f"{prefix},{number}").ids

    outcomes = in_threads(env.registry, [book(number) for number in range(count)])
    return sum(not isinstance(outcome, UserError) for outcome in outcomes)


def approve_corrections(env, correction_ids, checker_ids):
    """Let each checker approve each correction, all at once; return how many approvals went through."""
    outcomes = in_threads(env.registry, [
        lambda env, correction=correction, checker=checker: env["ledger.correction"].browse(correction).with_user(
            checker).action_approve() or True
        for correction in correction_ids for checker in checker_ids])
    return sum(not isinstance(outcome, UserError) for outcome in outcomes)


def credit(env, wallet_id, count):
    """Open one wallet ``count`` times at once."""
    in_threads(env.registry, [
        lambda env: env["voucher.wallet"].browse(wallet_id)._credit_up_to_date()] * count)


def credit_as_job(env, job, chunk):
    """Run the job that credits wallets, or the one that helps it, as cron does; return how many wallets it credited.

    It fails where it has to wait for another one's lock.
    """
    cron = env.ref("voucher_settlement.ir_cron_credit_wallets" + job.removeprefix("_cron_credit"))
    progress = env["ir.cron.progress"].create({"cron_id": cron.id})
    env.cr.execute("SET lock_timeout = '500ms'")
    env.cr.commit()
    return getattr(env["voucher.wallet"].with_context(
        ir_cron_progress_id=progress.id, cron_id=cron.id, cron_end_time=float("inf")), job)(chunk=chunk)


def run_funding_job(env):
    """Run the funding job as cron does, committing merchant by merchant."""
    cron = env.ref("merchant_alliance.cron_fund_pending")
    progress = env["ir.cron.progress"].create({"cron_id": cron.id})
    env.cr.commit()
    env["alliance.funding"].with_context(
        ir_cron_progress_id=progress.id, cron_id=cron.id, cron_end_time=float("inf"))._cron_fund_pending()


def activate(env, contract_ids):
    """Put these contracts in force at once; return the ids of those that are.

    ``_activate`` is what the portal's signature and the operator's button end in.
    """
    def put(contract_id):
        return lambda env: env["alliance.contract"].browse(contract_id)._activate("Test") or contract_id

    return [outcome for outcome in in_threads(env.registry, [put(contract_id) for contract_id in contract_ids])
            if not isinstance(outcome, UserError)]


def call_back(env, reference, count):
    """The payment provider reports the same payment ``count`` times at once, as webhooks and browsers do."""
    def report(env):
        tx = env["payment.transaction"].search([("reference", "=", reference)])
        tx._process("demo", {"reference": reference, "payment_details": "4242", "simulated_state": "done"})
        if not tx.is_post_processed:
            tx._post_process()

    in_threads(env.registry, [report] * count)


def issue_shares(env, store_id, holder_ids, percent, prefix):
    """Issue a stake to each holder at once; return how many got one."""
    def issue(number, holder_id):
        return lambda env: env["alliance.store"].browse(store_id)._move_shares(
            env["res.partner"], env["res.partner"].browse(holder_id), percent, fields.Date.today(),
            f"{prefix},{number}", "Test").ids

    outcomes = in_threads(env.registry, [issue(*item) for item in enumerate(holder_ids)])
    return sum(not isinstance(outcome, UserError) for outcome in outcomes)


def pay_out(env, ids, count):
    """Make ``count`` batches at once and take each as far as it goes; return what each pays, in cents.

    :return: list of cents, 0 where nothing was left to be paid
    """
    def propose(env):
        batch = env["payout.batch"].with_user(ids["maker"]).create({})
        batch.action_propose()
        return batch.id

    def submit(batch_id):
        return lambda env: env["payout.batch"].with_user(ids["maker"]).browse(batch_id).action_submit() and None

    def step(batch_id, role, name):
        return lambda env: getattr(env["payout.batch"].with_user(ids[role]).browse(batch_id), name)() and None

    made = [found for found in in_threads(env.registry, [propose] * count) if not isinstance(found, UserError)]
    in_threads(env.registry, [submit(found) for found in made])
    for role, name in (("checker", "action_approve"), ("maker", "action_send")):
        # each of them twice at once: one is refused
        in_threads(env.registry, [step(found, role, name) for found in made for _twice in range(2)])
    with env.registry.cursor() as cr:
        batches = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})["payout.batch"].browse(made)
        return [batch.line_ids.filtered(lambda line: line.state == "sent")._get_cents() for batch in batches]


def use_coupon(env, coupon_id, order_ids, counters):
    """Use a coupon for each of these payments and ``counters`` times at a counter; return how often that worked."""
    code = env["alliance.coupon"].browse(coupon_id).code

    def apply(order_id):
        return lambda env: bool(env["sale.order"].browse(order_id)._apply_coupon(code) or True)

    def redeem(env):
        return bool(env["alliance.coupon"].browse(coupon_id)._redeem_at_counter(10_000))

    outcomes = in_threads(env.registry, [apply(order_id) for order_id in order_ids] + [redeem] * counters)
    return sum(outcome is True for outcome in outcomes)


def merge(env, source_id, target_id):
    """Merge a contact into another as soon as nobody is in the way; return whether it is gone."""
    def work(env):
        env["base.partner.merge.automatic.wizard"]._merge(
            [source_id, target_id], env["res.partner"].browse(target_id))
        return not env["res.partner"].browse(source_id).exists()

    return in_threads(env.registry, [work])[0]
