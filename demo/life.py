"""Runs the demo life: 45 periods of sales, settled by the real code, ending today.

Time is moved with freezegun, because the platform takes every date that counts from its own clock.
"""

import logging
import time
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError

from . import corrections, customers, names, onboarding, payouts, plan, promoters, scopes, services, shares, staff
from .channels import Channels
from .world import World

_logger = logging.getLogger(__name__)

TOP_UP_CENTS = 50_000
TOP_UP_BELOW_CENTS = 30_000
LEFT_UNFUNDED = "hair"  # this merchant's deposit runs dry near the end: rewards stay pending
SHANGHAI = timedelta(hours=8)


def build(env, lang=None, progress=print, periods=plan.PERIODS):
    """Fill the database of ``env`` with demo life and commit.

    :param env: Odoo environment of the superuser
    :param str lang: ``zh_CN`` for Chinese names, anything else for English ones
    :param progress: called with one line of text now and then
    :param int periods: how many periods are lived through
    """
    started = time.monotonic()
    first_midnight = _get_first_midnight(periods)
    env = env(context=dict(env.context, lang=lang or "en_US", tracking_disable=True, mail_notrack=True))
    with freeze_time(first_midnight + timedelta(hours=1)):
        world = _build_world(env, lang == "zh_CN", progress)
        env["green.points.cohort"]._lock_open(world.company)
    weeks = plan.build_weeks(names.MERCHANTS, names.SHOPPER_COUNT, periods)
    clock = first_midnight
    for week in weeks:
        _live_week(world, week, clock)
        clock += timedelta(days=plan.DAYS)
        if week.number < periods:
            with freeze_time(clock + timedelta(minutes=5)):
                _settle(world)
                env["merchant.statement"]._cron_issue()
                env["promoter.commission"]._cron_earn()
        if week.number == periods - 1:
            _reject_held(world)
        env.cr.commit()
        if week.number % 5 == 0:
            progress(f"period {week.number} of {periods}: "
                     f"{env['alliance.qualified.sale'].search_count([])} sales, "
                     f"{time.monotonic() - started:.0f} s")
    progress("customers who hear from their noodle shop")
    customers.build(world)
    progress("today's orders at the tills, in the web mall and by QR code")
    channels = Channels(world)
    channels.sell_at_the_tills()
    channels.sell_in_the_mall()
    channels.pay_by_scan()
    progress("merchants who want to join")
    onboarding.build(world)
    staff.build(world)
    progress("promoters")
    promoters.build_waiting(world)
    progress("shareholders of the supermarkets")
    shares.build(world)
    env["alliance.funding"]._fund_pending()
    progress("payouts and the escrow's bank")
    payouts.build(world)
    scopes.build(world)
    progress("services for points")
    services.build(world)
    progress("corrections")
    corrections.build(world)
    env.cr.commit()
    return world


def _get_first_midnight(periods):
    """Return the Shanghai midnight, in UTC, from which the last demo period is the current one."""
    today = (fields.Datetime.now() + SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - SHANGHAI - timedelta(days=plan.DAYS * periods - 1)


def _build_world(env, chinese, progress):
    world = World(env, chinese)
    progress("company and chart of accounts")
    world.build_company()
    progress("people, merchants, stores and contracts")
    world.build_staff()
    world.build_shoppers()
    world.build_merchants(_shanghai_date(datetime.utcnow()))
    promoters.build(world)
    progress("products and tills")
    world.build_products()
    world.build_tills()
    env.cr.commit()
    return world


def _shanghai_date(moment):
    return (moment + SHANGHAI).date()


def _live_week(world, week, midnight):
    """One week of sales, deposits and funding, then refunds and redemptions."""
    now = datetime.utcnow()
    sales = [sale for sale in week.sales if midnight + timedelta(minutes=sale.at) < now]
    if not sales:
        return
    with freeze_time(min(midnight + timedelta(days=6, hours=22), now)):
        records = _register_sales(world, sales, midnight)
        _top_up(world, week.number)
        world.env["alliance.funding"]._fund_pending()
        _refund(world, [sale for sale in sales if sale.refund_share], records)
    with freeze_time(min(midnight + timedelta(days=6, hours=23), now)):
        _redeem(world, week)


def _register_sales(world, sales, midnight):
    vals_list = [{
        "idempotency_key": sale.key,
        "partner": world.shoppers[sale.shopper],
        "store": world.stores[sale.merchant],
        "sale_datetime": midnight + timedelta(minutes=sale.at),
        "cash_cents": sale.cents,
    } for sale in sales]
    records = world.env["alliance.qualified.sale"]._register_sales(vals_list)
    return {record.idempotency_key: record for record in records}


def _top_up(world, number):
    for key, merchant in world.merchants.items():
        if merchant.funding_method != "deposit" or (key == LEFT_UNFUNDED and number > 38):
            continue
        if merchant.deposit_balance * 100 < TOP_UP_BELOW_CENTS:
            moment = fields.Datetime.now()
            merchant._deposit("topup", TOP_UP_CENTS, f"demo,topup,{key},{moment}", "Bank transfer")


def _refund(world, refunded, records):
    vals_list = [{
        "idempotency_key": f"{sale.key},refund",
        "origin": records[sale.key],
        "partner": world.shoppers[sale.shopper],
        "store": world.stores[sale.merchant],
        "sale_datetime": fields.Datetime.now(),
        "cash_cents": -round(sale.cents * sale.refund_share),
    } for sale in refunded]
    if vals_list:
        world.env["alliance.qualified.sale"]._register_sales(vals_list)
        world.env["alliance.funding"]._fund_pending()


def _reject_held(world):
    """The analyst looks at what was held in the period before the last; the last one's still waits."""
    held = world.env["alliance.qualified.sale"].search([("reward_state", "=", "held")])
    if held:
        held.with_user(world.users["analyst"]).action_reject_rewards(world.text(names.REJECTED))


def _redeem(world, week):
    """Shoppers spend part of their vouchers; who has too little simply pays otherwise."""
    wallets = world.env["voucher.wallet"]
    for index, (merchant, shopper, share) in enumerate(week.redemptions):
        wallet = wallets._get_or_create(world.shoppers[shopper], world.company)
        wallet._credit_up_to_date()
        spendable = round((wallet.balance_deduction - wallet.held_deduction) * 100)
        cents = int(spendable * share)
        if cents < 100:
            continue
        hold = wallet._authorize(
            cents, world.stores[merchant], f"demo,redeem,{week.number},{index}", kinds=["deduction"])
        hold._capture()


def _settle(world):
    """Close the open period with maker and checker, as they would with their own buttons."""
    env = world.env
    period = env["settlement.period"].search(
        [("state", "=", "open"), ("company_id", "=", world.company.id)])
    if not period:
        raise UserError(env._("There is no open period to settle."))
    maker = period.with_user(world.users["maker"])
    maker.action_close()
    env.cr.commit()
    maker.action_compute()
    period.with_user(world.users["checker"]).action_approve()
    maker.action_settle()
    period.with_user(world.users["checker"]).action_publish()
    env["voucher.wallet"]._cron_credit()
    env["voucher.lot"]._cron_expire()
