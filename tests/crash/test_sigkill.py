"""A settlement that is killed and run again ends like one that was left alone."""

import os
import random
import time

import pytest

import odoo.sql_db
from odoo.modules.registry import Registry

from tests.support.databases import clone, clone_suite

JOBS = "tests.crash.killed_jobs"
PERIOD = 4
KILLS = 10 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 5
SEED = 20261123

# What two databases with the same history have in common, whatever ids and times they gave out.
STATE = {
    "periods": """SELECT number, state, pool_balance::text, payable_amount::text, due_amount::text,
        coverage::text, released_amount::text, dust_amount::text, dust_returned FROM settlement_period ORDER BY 1""",
    "cohorts": "SELECT number, state, base_shopper::text, base_merchant::text FROM green_points_cohort ORDER BY 1",
    "index": """SELECT i.period_number, c.number, i.holder_kind, i.age, i.base::text, i.increment::text,
        i.accumulated::text FROM settlement_index i JOIN green_points_cohort c ON c.id = i.cohort_id
        ORDER BY 1, 2, 3""",
    "positions": """SELECT p.partner_id, p.holder_kind, c.number, p.base::text FROM green_points_position p
        JOIN green_points_cohort c ON c.id = p.cohort_id ORDER BY 1, 2, 3""",
    "wallets": """SELECT partner_id, settled_number, earned::text, credited::text, debt::text,
        balance_deduction::text, balance_shopping::text, held_deduction::text FROM voucher_wallet ORDER BY 1""",
    "lots": """SELECT idempotency_key, kind, amount::text, remaining::text, held::text FROM voucher_lot ORDER BY 1""",
    "entries": """SELECT idempotency_key, kind, amount::text, debt_change::text, move_id IS NOT NULL
        FROM voucher_entry ORDER BY 1""",
    "books": """SELECT m.escrow_event, a.code_store::text, l.partner_id, sum(l.debit)::text, sum(l.credit)::text
        FROM account_move_line l JOIN account_move m ON m.id = l.move_id JOIN account_account a ON a.id = l.account_id
        WHERE m.state = 'posted' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
    "entries of the books": """SELECT escrow_event, count(*), count(inalterable_hash)
        FROM account_move WHERE state = 'posted' GROUP BY 1 ORDER BY 1""",
}


@pytest.fixture(scope="module")
def world():
    """A database with three settled periods and an open one; its name, and the ids of its people."""
    with clone_suite() as database:
        ids = database.start(f"{JOBS}:live").result(timeout=300)
        Registry.delete(database.name)
        odoo.sql_db.close_db(database.name)
        yield database, ids


def take_state(database) -> dict:
    return {name: database.query(query) for name, query in STATE.items()}


def settle(database, ids):
    return database.start(f"{JOBS}:settle_and_credit", ids, PERIOD)


@pytest.fixture(scope="module")
def left_alone(world):
    """The state after a settlement that nobody disturbed, and how many seconds it took."""
    template, ids = world
    with clone(template.name) as database:
        worker = database.start(f"{JOBS}:settle_and_credit", ids, PERIOD, hold=["ready"])
        worker.wait_for("ready")
        worker.resume()
        started = time.monotonic()
        worker.result()
        return take_state(database), time.monotonic() - started


def test_the_settlement_does_something(world, left_alone):
    """The comparison below would be empty if nothing had happened."""
    state, _seconds = left_alone
    before = take_state(world[0])
    assert {name for name in state if state[name] != before[name]} >= {
        "periods", "cohorts", "index", "wallets", "lots", "entries", "books"}
    [*_settled, last, opened] = state["periods"]
    assert last[:2] == (PERIOD, "settled")
    assert float(last[6]) > 0
    assert opened[1] == "open"


def test_killed_at_random_moments(world, left_alone):
    """Each time the killed one left something undone, and the next run brought it to the same end."""
    template, ids = world
    expected, seconds = left_alone
    generator = random.Random(SEED)
    undone = kills = 0
    while kills < KILLS or undone < KILLS // 2:
        assert kills < 3 * KILLS, "most kills came too late to disturb anything"
        number, kills = kills % KILLS, kills + 1
        with clone(template.name) as database:
            worker = database.start(f"{JOBS}:settle_and_credit", ids, PERIOD, hold=["ready"])
            worker.wait_for("ready")
            worker.resume()
            # one in each part of the time that the undisturbed run took
            time.sleep(seconds * (number + generator.random()) / KILLS)
            worker.kill()
            if take_state(database) != expected:
                undone += 1
            else:  # too late: the machine is faster now than when the undisturbed run was timed
                seconds *= 0.8
            settle(database, ids).result()
            state = take_state(database)
            for name, rows in expected.items():
                assert state[name] == rows, f"{name} differ after kill {kills}"
            with database.open_env() as env:
                assert env["escrow.posting"]._check_subledger(env.company) == []
