"""Millions of wallets with points in many cohorts, written by PostgreSQL itself into the suite's own tables."""

import time

from tests.support.platform import build, prepare_sale, settle_step

from .multiply import multiply

STEPS = ("close", "compute", "approve", "settle")
HELD_IN_EACH = 10  # active cohorts of a wallet, on average
# holder of these points, by cohort: of every ``spread`` cohorts a wallet is in ``HELD_IN_EACH``
TAKES_PART = "(n * 7 + {cohort}) % {spread} < {held}"
BASE = "(100 + (n * 31 + {cohort} * 17) % 9900) / 100.0"


def live(env, cohorts):
    """Live through ``cohorts`` settled periods of a small platform; return its ids."""
    ids = build(env, shopper_count=1)
    env["risk.policy"]._get_policy(env.company).write({
        "shopper_cash_per_day": 1e11, "shopper_sales_per_day": 10**6, "shopper_sales_per_hour": 10**6})
    for number in range(cohorts):
        sell(env, ids, f"history,{number}", 100_000)
        for step in STEPS:
            settle_step(env, ids, step)
            env.cr.commit()  # closing and computing need transactions of their own
    env["voucher.wallet"]._cron_credit()
    env.cr.commit()
    return ids


def sell(env, ids, key, cents):
    """Make one sale that brings the pool ``cents`` × 10 % × its weight, and fund it."""
    merchant = env["alliance.merchant"].browse(ids["merchants"][0])
    merchant._deposit("topup", cents, f"bench,{key}", "Benchmark")
    env["alliance.qualified.sale"]._register_sales([
        prepare_sale(env, key, ids["shoppers"][0], ids["stores"][0], cents)])
    env["alliance.funding"]._fund_pending()


def add_wallets(env, ids, count):
    """Add ``count`` holders, credited up to the last period, with points in the maturing cohorts.

    As if they had come by these points since: so they are released for from the next period on.
    """
    started, cr = time.monotonic(), env.cr
    cr.execute("SET LOCAL session_replication_role = replica")  # copies of sound rows; no foreign key is wrong
    cr.execute("SET LOCAL maintenance_work_mem = '1GB'")
    wallet = env["voucher.wallet"].search([("partner_id", "=", ids["shoppers"][0])])
    with Indexes(cr, "res_partner"):
        partners = multiply(cr, wallet.partner_id, wallet.partner_id, count, {
            "name": "'Holder ' || n", "complete_name": "'Holder ' || n", "commercial_partner_id": "NULL"})
    with Indexes(cr, "voucher_wallet"):
        multiply(cr, wallet, wallet, count, {
            "partner_id": f"{partners} + n", "earned": "0", "credited": "0", "debt": "0",
            **{f"{what}_{kind}": "0" for what in ("balance", "held") for kind in ("deduction", "shopping")}})
    cohorts = env["green.points.cohort"].search([("state", "=", "maturing")], order="number")
    with Indexes(cr, "green_points_position"):
        for number, cohort in enumerate(cohorts):
            add_positions(cr, cohort, number, len(cohorts), partners, count)
    print(f"{count:,} wallets with {HELD_IN_EACH} of {len(cohorts)} cohorts each made in "
          f"{time.monotonic() - started:.0f} s", flush=True)
    return partners


def add_positions(cr, cohort, number, spread, partners, count):
    """Give points of one cohort to every wallet whose turn it is, and to the cohort's totals what they add."""
    changes = {"cohort": number, "spread": spread, "held": HELD_IN_EACH}
    cr.execute("SELECT COALESCE(sum(base), 0) FROM green_points_position WHERE cohort_id = %s", [cohort.id])
    before = cr.fetchone()[0]
    cr.execute(
        f"INSERT INTO green_points_position (partner_id, holder_kind, cohort_id, base)"
        f" SELECT {partners} + n, 'shopper', {cohort.id}, {BASE.format(**changes)}"
        f" FROM generate_series(0::bigint, {count - 1}) n WHERE {TAKES_PART.format(**changes)}")
    if cohort.state != "open":  # what triggers and freezing do otherwise
        cr.execute("SELECT sum(base) FROM green_points_position WHERE cohort_id = %s", [cohort.id])
        added = cr.fetchone()[0] - before
        cr.execute("UPDATE green_points_cohort SET base_shopper = base_shopper + %s WHERE id = %s", [added, cohort.id])
        cr.execute("INSERT INTO green_points_tally (cohort_id, holder_kind, amount) VALUES (%s, 'shopper', %s)",
                   [cohort.id, added])


class Indexes:
    """Within the block a table has no indexes; afterwards the same ones again, built at once."""

    def __init__(self, cr, table):
        self.cr, self.table = cr, table

    def __enter__(self):
        self.cr.execute("""
            SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid)
              FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
             WHERE i.indrelid = %s::regclass AND NOT i.indisprimary""", [self.table])
        self.dropped = self.cr.fetchall()
        for index, _definition, constraint, _constraint_definition in self.dropped:
            self.cr.execute(
                f'ALTER TABLE {self.table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}")

    def __exit__(self, *exception):
        if exception[0] is None:
            for _index, definition, constraint, constraint_definition in self.dropped:
                self.cr.execute(f'ALTER TABLE {self.table} ADD CONSTRAINT "{constraint}" {constraint_definition}'
                                if constraint else definition)
