"""Real parallel connections: whatever happens at once, nothing is spent, given or counted twice."""

from itertools import chain

import pytest

from odoo import fields
from odoo.fields import Command

from tests.support import platform

JOBS = "tests.concurrency.jobs"
PROCESSES = 8


@pytest.fixture
def world(scratch_db):
    """Two merchants, fifty shoppers, a maker and a checker."""
    with scratch_db.open_env() as env:
        ids = platform.build(env, shopper_count=50)
    return ids


def race(database, job, *arguments_of_each):
    """Run ``job`` once for each tuple of arguments, each in a process, at the same moment."""
    outcomes = database.race(*((f"{JOBS}:{job}", *arguments) for arguments in arguments_of_each), timeout=300)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return outcomes


def fill_wallet(database, ids, cents):
    with database.open_env() as env:
        return platform.give_vouchers(env, ids["shoppers"][0], cents, "test,vouchers").id


def assert_books_agree(database):
    """Every sub-ledger adds up, wallet by wallet and account by account."""
    with database.open_env() as env:
        env["escrow.posting"]._post_unposted(env.company)
    assert database.query("""
        SELECT w.id FROM voucher_wallet w LEFT JOIN (
               SELECT l.wallet_id, sum(l.remaining) AS remaining, sum(l.held) AS held,
                      sum(l.amount) FILTER (WHERE l.remaining < 0 OR l.held < 0 OR l.held > l.remaining) AS broken
                 FROM voucher_lot l GROUP BY 1) lot ON lot.wallet_id = w.id
         LEFT JOIN (SELECT wallet_id, sum(amount) AS amount FROM voucher_entry GROUP BY 1) e ON e.wallet_id = w.id
         WHERE w.balance_deduction + w.balance_shopping <> COALESCE(lot.remaining, 0)
            OR w.held_deduction + w.held_shopping <> COALESCE(lot.held, 0)
            OR COALESCE(e.amount, 0) <> COALESCE(lot.remaining, 0) OR lot.broken IS NOT NULL""") == []


def test_200_redemptions_never_spend_more_than_there_is(scratch_db, world):
    """100.00 in the wallet, 200 payments of 0.70 at once: 142 are paid, 58 refused, 0.60 left."""
    wallet = fill_wallet(scratch_db, world, 10_000)
    outcomes = race(scratch_db, "redeem", *(
        (wallet, world["stores"][number % 2], f"test,{number}", 200 // PROCESSES, 70)
        for number in range(PROCESSES)))
    paid, refused = map(sum, zip(*outcomes, strict=True))
    assert (paid, refused) == (142, 58)
    [(balance, held)] = scratch_db.query(
        "SELECT balance_deduction::text, held_deduction::text FROM voucher_wallet WHERE id = %s", (wallet,))
    assert (float(balance), float(held)) == (0.60, 0.0)
    [(spent, count)] = scratch_db.query("SELECT sum(amount)::text, count(*) FROM voucher_entry WHERE kind = 'redeem'")
    assert (spent, count) == ("-99.40", 142)
    assert_books_agree(scratch_db)


def test_one_key_is_one_payment(scratch_db, world):
    """The same payment sent 80 times at once is held once and captured once."""
    wallet = fill_wallet(scratch_db, world, 10_000)
    outcomes = race(scratch_db, "authorize_once", *[(wallet, world["stores"][0], "test,once", 20, 4_000)] * 4)
    assert len({tuple(holds) for holds in outcomes}) == 1
    assert scratch_db.query("SELECT count(*), sum(amount)::text FROM voucher_entry WHERE kind = 'redeem'") == [
        (1, "-40.00")]
    assert_books_agree(scratch_db)


def test_captured_or_released_never_both(scratch_db, world):
    wallet = fill_wallet(scratch_db, world, 10_000)
    for number in range(4):
        with scratch_db.open_env() as env:
            hold = env["voucher.wallet"].browse(wallet)._authorize(
                1_000, env["alliance.store"].browse(world["stores"][0]), f"test,{number}").id
        race(scratch_db, "capture_or_release", (hold, 4), (hold, 4))
    held = dict(scratch_db.query("SELECT state, count(*) FROM voucher_hold GROUP BY 1"))
    assert set(held) <= {"captured", "released"}
    [(spent,)] = scratch_db.query("SELECT count(*) FROM voucher_entry WHERE kind = 'redeem'")
    assert spent == held.get("captured", 0)
    assert_books_agree(scratch_db)


def test_one_sale_whatever_is_retried(scratch_db, world):
    arguments = ("till,1", world["shoppers"][0], world["stores"][0], 12_300, 15)
    outcomes = race(scratch_db, "register", *[arguments] * 4)
    assert len({tuple(ids) for ids in outcomes}) == 1
    assert scratch_db.query("SELECT count(*) FROM alliance_qualified_sale") == [(1,)]


def test_one_of_100_overlapping_contracts_comes_into_force(scratch_db):
    """Each begins on another day and has no end, so that any two overlap; all are activated at once."""
    with scratch_db.open_env() as env:
        merchant = env["alliance.merchant"].create({
            "name": "Sought After", "partner_id": env["res.partner"].create({"name": "Sought After"}).id,
            "scene": "alliance"})
        contracts = env["alliance.contract"].create([{
            "merchant_id": merchant.id, "date_start": fields.Date.add(fields.Date.today(), days=number % 50),
            "line_ids": [Command.create({"rate": 3 + number % 17})]} for number in range(100)]).ids
    outcomes = race(scratch_db, "activate", *[(contracts[number::4],) for number in range(4)])
    won = list(chain.from_iterable(outcomes))
    assert len(won) == 1
    assert dict(scratch_db.query("SELECT state, count(*) FROM alliance_contract GROUP BY 1")) == {
        "active": 1, "draft": 99}
    assert scratch_db.query("SELECT id FROM alliance_contract WHERE state = 'active'") == [(won[0],)]


def test_100_callbacks_of_one_payment_are_one_sale(scratch_db, world):
    """A scan-to-pay payment of 58.50, 20.00 of it with vouchers, is reported a hundred times at once."""
    wallet = fill_wallet(scratch_db, world, 10_000)
    with scratch_db.open_env() as env:
        provider = env["payment.provider"].search([("code", "=", "demo"), ("company_id", "=", env.company.id)], limit=1)
        provider.state = "test"
        order = env["sale.order"]._create_scan_order(
            env["alliance.store"].browse(world["stores"][0]), env["res.partner"].browse(world["shoppers"][0]),
            5_850, "0123456789abcdef")
        vouchers = order._apply_vouchers(2_000)
        reference = env["payment.transaction"].create({
            "provider_id": provider.id, "payment_method_id": provider.payment_method_ids[:1].id, "amount": 38.5,
            "currency_id": order.currency_id.id, "partner_id": order.partner_id.id, "operation": "online_direct",
            "reference": "scan-1", "sale_order_ids": [Command.set(order.ids)],
            "voucher_transaction_id": vouchers.id}).reference
    race(scratch_db, "call_back", *[(reference, 25)] * 4)
    assert scratch_db.query("SELECT cash_amount::text, concession_amount::text FROM alliance_qualified_sale") == [
        ("38.50", "3.85")]
    assert scratch_db.query("SELECT state, amount::text FROM payment_transaction ORDER BY amount") == [
        ("done", "20.00"), ("done", "38.50")]
    assert scratch_db.query("SELECT count(*) FROM account_payment") == [(2,)]
    assert scratch_db.query("SELECT balance_deduction::text, held_deduction::text FROM voucher_wallet WHERE id = %s", (
        wallet,)) == [("80.00", "0.00")]
    assert_books_agree(scratch_db)


def test_100_callbacks_of_one_topup_are_one_deposit(scratch_db, world):
    """A merchant's top-up of 500.00 is reported a hundred times at once."""
    with scratch_db.open_env() as env:
        provider = env["payment.provider"].search([("code", "=", "demo"), ("company_id", "=", env.company.id)], limit=1)
        provider.state = "test"
        merchant = env["alliance.merchant"].browse(world["merchants"][0])
        before = merchant.deposit_balance
        reference = env["payment.transaction"].create({
            "provider_id": provider.id, "payment_method_id": provider.payment_method_ids[:1].id, "amount": 500,
            "currency_id": merchant.currency_id.id, "partner_id": merchant.partner_id.id, "operation": "online_direct",
            "reference": "topup-1", "deposit_merchant_id": merchant.id}).reference
    race(scratch_db, "call_back", *[(reference, 25)] * 4)
    assert scratch_db.query("""
        SELECT kind, amount::float FROM alliance_deposit_entry WHERE payment_transaction_id IS NOT NULL""") == [
        ("topup", 500.0)]
    assert scratch_db.query("SELECT deposit_balance::float FROM alliance_merchant WHERE id = %s", (
        world["merchants"][0],)) == [(before + 500,)]
    assert scratch_db.query("SELECT count(*) FROM account_payment") == [(1,)]
    assert scratch_db.query("SELECT count(*) FROM alliance_qualified_sale") == [(0,)]
    assert_books_agree(scratch_db)


def test_never_more_than_all_of_a_store_is_issued(scratch_db, world):
    """Fifty people ask for 3.0001 percent of a store at once: 33 get it, 0.9967 percent is left."""
    with scratch_db.open_env() as env:
        store = env["alliance.store"].browse(world["stores"][0])
        store.scene = "supermarket"
    got = race(scratch_db, "issue_shares", *[
        (store.id, world["shoppers"][number::4], 3.0001, f"test,{number}") for number in range(4)])
    assert sum(got) == 33
    assert scratch_db.query("SELECT issued_percent::text FROM alliance_store WHERE id = %s", (store.id,)) == [
        ("99.0033",)]
    assert scratch_db.query("""
        SELECT count(*), sum(percent)::text FROM alliance_shareholding UNION ALL
        SELECT count(*), sum(percent)::text FROM alliance_share_entry""") == [(33, "99.0033")] * 2


def test_the_same_points_are_exchanged_once(scratch_db, world):
    """60 points of two periods, a service for 7 asked for 40 times at once, 6 to be had: 6 bookings, then the rest."""
    with scratch_db.open_env() as env:
        offers = env["green.points.offer"].create([{
            "name": name, "store_id": world["stores"][1], "points": 7, "capacity": capacity, "date_from": "2020-01-01"}
            for name, capacity in (("Scarce", 6), ("Plenty", 0))])
        offers._publish()
    for number in range(2):
        race(scratch_db, "sell_and_fund", (
            f"test,{number}", world["shoppers"][:1] * 5, world["stores"][0], world["merchants"][0]))
        if not number:
            race(scratch_db, "settle", (world, 1))
    for offer, booked in zip(offers.ids, (6, 2), strict=True):
        got = race(scratch_db, "exchange", *[
            (world["shoppers"][0], offer, f"test,{offer},{number}", 10) for number in range(4)])
        assert sum(got) == booked
    assert scratch_db.query("""
        SELECT holder_kind, sum(base)::text FROM green_points_entry WHERE kind LIKE 'exchange%%' GROUP BY 1 ORDER BY 1
        """) == [("merchant", "56.00"), ("shopper", "-56.00")]
    assert scratch_db.query("SELECT sum(base)::text FROM green_points_position WHERE partner_id = %s", (
        world["shoppers"][0],)) == [("4.00",)]
    assert scratch_db.query("""
        SELECT c.number FROM green_points_cohort c JOIN green_points_position p ON p.cohort_id = c.id
         WHERE c.state = 'maturing' GROUP BY c.id
        HAVING c.base_shopper <> COALESCE(sum(p.base) FILTER (WHERE p.holder_kind = 'shopper'), 0)
            OR c.base_merchant <> COALESCE(sum(p.base) FILTER (WHERE p.holder_kind = 'merchant'), 0)""") == []
    assert_books_agree(scratch_db)


def test_funding_never_overdraws_the_deposit(scratch_db, world):
    """The deposit reaches for 5 of 12 sales, whoever funds them how often at once."""
    with scratch_db.open_env() as env:
        merchant = platform.make_merchant(env, "Small", deposit_cents=5_500)
        env["alliance.qualified.sale"]._register_sales([
            platform.prepare_sale(env, f"test,{number}", world["shoppers"][number % 3], merchant.store_ids.id, 10_000)
            for number in range(12)])
        merchant_id = merchant.id
    race(scratch_db, "fund", *[(merchant_id, 8)] * 4)
    assert scratch_db.query(
        "SELECT deposit_balance::text FROM alliance_merchant WHERE id = %s", (merchant_id,)) == [("5.00",)]
    assert dict(scratch_db.query("SELECT state, count(*) FROM alliance_qualified_sale GROUP BY 1")) == {
        "funded": 5, "pending": 7}
    assert scratch_db.query("""
        SELECT qualified_sale_id FROM green_points_entry GROUP BY 1, holder_kind HAVING count(*) > 1""") == []
    assert_books_agree(scratch_db)


def test_a_rule_never_gives_more_than_its_budget(scratch_db):
    """64 sales at once would have a rule give many times its budget: it gives all of it, and no cent more."""
    with scratch_db.open_env() as env:
        # leaves room below the concession for a rule to fill
        env["green.points.policy"].create({"name": "Test", "company_id": env.company.id, "beta": 0.3})._activate()
        rule = env["green.points.rule"].create({"name": "Double", "multiplier": 2.0, "budget": 20.01}).id
        world = platform.build(env, shopper_count=8)
    race(scratch_db, "sell", *(
        (f"test,{number}", world["shoppers"], world["stores"][number % 2], 10_000) for number in range(PROCESSES)))
    assert scratch_db.query("SELECT spent::text FROM green_points_rule WHERE id = %s", (rule,)) == [("20.01",)]
    [(given, count)] = scratch_db.query("SELECT sum(extra)::text, count(*) FROM green_points_rule_use")
    assert given == "20.01"
    assert count < 64
    assert scratch_db.query("SELECT count(*) FROM alliance_qualified_sale") == [(64,)]
    assert scratch_db.query("""
        SELECT s.id FROM alliance_qualified_sale s LEFT JOIN green_points_rule_use u ON u.qualified_sale_id = s.id
         WHERE s.base_shopper + s.base_merchant > s.concession_amount OR u.extra <= 0""") == []


def test_a_sale_joins_one_cohort_while_periods_close(scratch_db, world):
    """Sales are funded while periods close, are settled and wallets opened: every frozen total is what is in it."""
    sellers = [(f"{JOBS}:sell_and_fund", f"test,{number}", world["shoppers"][number::2], world["stores"][number],
                world["merchants"][number]) for number in range(2)]
    outcomes = scratch_db.race(*sellers, (f"{JOBS}:settle", world, 5), timeout=300)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert scratch_db.query("SELECT count(*) FROM settlement_period WHERE state = 'settled'") == [(5,)]
    assert scratch_db.query("""
        SELECT qualified_sale_id FROM green_points_entry GROUP BY 1 HAVING count(DISTINCT cohort_id) <> 1""") == []
    assert scratch_db.query("SELECT count(DISTINCT qualified_sale_id) FROM green_points_entry") == [(50,)]
    assert scratch_db.query("""
        SELECT c.number FROM green_points_cohort c
          LEFT JOIN green_points_position p ON p.cohort_id = c.id
         WHERE c.state IN ('maturing', 'matured')
         GROUP BY c.id HAVING c.base_shopper + c.base_merchant <> COALESCE(sum(p.base), 0)""") == []
    with scratch_db.open_env() as env:
        env["escrow.posting"]._post_unposted(env.company)
        assert env["escrow.posting"]._check_subledger(env.company) == []
    assert_books_agree(scratch_db)


def test_a_refund_and_a_settlement_at_once(scratch_db, world):
    """Sales are refunded while their cohort is released: nobody keeps what was taken back."""
    with scratch_db.open_env() as env:
        sales = env["alliance.qualified.sale"]._register_sales([
            platform.prepare_sale(env, f"test,{number}", world["shoppers"][number % 3], world["stores"][0], 100_000)
            for number in range(6)])
        env["alliance.funding"]._fund_pending(sales.merchant_id)
        ids = sales.ids
    race(scratch_db, "settle", (world, 2))
    outcomes = scratch_db.race(
        *((f"{JOBS}:refund", origin, f"refund,{origin}", 100_000) for origin in ids[:4]),
        (f"{JOBS}:settle", world, 2), timeout=300)
    assert [outcome for outcome in outcomes if outcome] == []
    with scratch_db.open_env() as env:
        env["alliance.funding"]._fund_pending()
        env["voucher.wallet"]._cron_credit()
        env["escrow.posting"]._post_unposted(env.company)
        assert env["escrow.posting"]._check_subledger(env.company) == []
    [(base,)] = scratch_db.query("SELECT sum(base)::text FROM green_points_position")
    [(left,)] = scratch_db.query(
        "SELECT sum(base_shopper + base_merchant)::text FROM alliance_qualified_sale WHERE reward_state = 'active'")
    assert base == left
    assert_books_agree(scratch_db)


def test_a_wallet_opened_often_is_credited_once(scratch_db, world):
    with scratch_db.open_env() as env:
        sale = env["alliance.qualified.sale"]._register_sales([
            platform.prepare_sale(env, "test,1", world["shoppers"][0], world["stores"][0], 100_000)])
        env["alliance.funding"]._fund_pending(sale.merchant_id)
        wallet = env["voucher.wallet"]._get_or_create(sale.partner_id, env.company).id
    race(scratch_db, "settle", (world, 3))
    race(scratch_db, "credit", *[(wallet, 20)] * 4)
    # base 60.00, two steps of 0.125
    assert scratch_db.query("SELECT count(*), sum(amount)::text FROM voucher_entry WHERE kind = 'credit'") == [
        (2, "15.00")]
    assert_books_agree(scratch_db)


def test_the_funding_job_goes_on_beside_others(scratch_db, world):
    """Two funding jobs and a settlement at once: whoever is in the way is waited for, no merchant is left out."""
    with scratch_db.open_env() as env:
        for number in range(8):
            merchant = platform.make_merchant(env, f"Stall {number}")
            env["alliance.qualified.sale"]._register_sales([
                platform.prepare_sale(env, f"test,{number},{index}", world["shoppers"][5 * number + index],
                                      merchant.store_ids.id, 10_000) for index in range(5)])
    jobs = [(f"{JOBS}:run_funding_job",)] * 2
    outcomes = scratch_db.race(*jobs, (f"{JOBS}:settle", world, 2), timeout=300)
    assert [outcome for outcome in outcomes if outcome] == []
    assert dict(scratch_db.query("SELECT state, count(*) FROM alliance_qualified_sale GROUP BY 1")) == {"funded": 40}
    assert_books_agree(scratch_db)


def test_what_is_due_is_in_one_payout(scratch_db, world):
    """Two merchants have 12.50 and 7.25 to get; 16 batches are made, approved and sent at once: paid once each."""
    with scratch_db.open_env() as env:
        owed = platform.owe_merchants(env, world, [1_250, 725])
    outcomes = race(scratch_db, "pay_out", *[(world, 4)] * 4)
    sent = [cents for each in outcomes for cents in each]
    assert sum(sent) == sum(owed)
    assert scratch_db.query(
        """SELECT merchant_id, count(*), sum(amount)::numeric(9, 2)::text FROM payout_line
            WHERE state = 'sent' GROUP BY 1 ORDER BY 1""") == [
        (world["merchants"][0], 1, "12.50"), (world["merchants"][1], 1, "7.25")]
    [(transit,)] = scratch_db.query("""
        SELECT (-sum(l.balance))::text FROM account_move_line l
          JOIN res_company c ON c.payout_transit_account_id = l.account_id
         WHERE l.parent_state = 'posted'""")
    assert transit == "19.75"
    assert_books_agree(scratch_db)


def test_a_coupon_is_used_once_by_40_at_once(scratch_db, world):
    """One coupon, entered at a counter and used in as many payments of its shopper, all at the same moment."""
    with scratch_db.open_env() as env:
        merchant, shopper = (env[model].browse(world[ids][0]) for model, ids in (
            ("alliance.merchant", "merchants"), ("res.partner", "shoppers")))
        env["alliance.consent"]._give(merchant, shopper, "store")
        today = fields.Date.today()
        campaign = env["alliance.campaign"].create({
            "name": "Race", "body": "x", "merchant_id": merchant.id, "kind": "coupon", "discount": "percent",
            "discount_percent": 20, "valid_from": today, "valid_to": today})
        campaign._start()
        campaign._send_batch()
        coupon = campaign.coupon_ids.id
        store = env["alliance.store"].browse(world["stores"][0])
        orders = [env["sale.order"]._create_scan_order(store, shopper, 10_000, f"coupon{number:04}").id
                  for number in range(20)]
    outcomes = race(scratch_db, "use_coupon", *[(coupon, orders[number::4], 5) for number in range(4)])
    assert sum(outcomes) == 1
    [(state, reduction, order)] = scratch_db.query(
        "SELECT state, reduction_amount::text, sale_order_id FROM alliance_coupon WHERE id = %s", (coupon,))
    assert (state, float(reduction)) == (("reserved", 20.0) if order else ("used", 20.0))
    lowered = scratch_db.query("SELECT id FROM sale_order WHERE amount_total = 80")
    assert lowered == ([(order,)] if order else [])
    assert scratch_db.query("SELECT count(*) FROM sale_order_line WHERE alliance_coupon_id IS NOT NULL") == [
        (1 if order else 0,)]


def test_vouchers_are_spent_while_two_contacts_are_merged(scratch_db, world):
    """Two wallets of 50.00 and 30.00 pay 2.00 at a time, 50 times at once, while the one is merged into the other."""
    source, target = world["shoppers"][:2]
    with scratch_db.open_env() as env:
        wallets = [platform.give_vouchers(env, shopper, cents, f"test,{shopper}").id
                   for shopper, cents in ((source, 5_000), (target, 3_000))]
    *outcomes, merged = scratch_db.race(
        *((f"{JOBS}:redeem", wallet, world["stores"][0], f"test,{wallet}", 25, 200) for wallet in wallets),
        (f"{JOBS}:merge", source, target), timeout=300)
    assert merged is True
    paid, refused = map(sum, zip(*outcomes, strict=True))
    assert paid + refused == 50
    [(left, count, partner)] = scratch_db.query("""
        SELECT sum(balance_deduction)::text, count(*), max(partner_id) FROM voucher_wallet
         WHERE balance_deduction + held_deduction > 0 OR id = ANY(%s)""", (wallets,))
    assert (float(left), count, partner) == (80.0 - 2.0 * paid, 1, target)
    assert scratch_db.query("SELECT count(*), sum(amount)::numeric(9, 2)::text FROM voucher_entry WHERE kind = 'redeem'"
                            ) == [(paid, f"-{2 * paid}.00")]
    assert scratch_db.query("SELECT wallet_id FROM voucher_hold WHERE wallet_id <> %s", (wallets[1],)) == []
    assert_books_agree(scratch_db)
