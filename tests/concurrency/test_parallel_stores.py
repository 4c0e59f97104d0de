"""A store moves to another merchant in the very moment in which it sells: its sales are its merchant's."""

import time

import pytest

from odoo.fields import Command

from tests.support import platform

from .test_parallel_money import JOBS


@pytest.fixture
def world(scratch_db):
    """Two merchants, a store of the first that has sold nothing, and a shopper with vouchers."""
    with scratch_db.open_env() as env:
        ids = platform.build(env, shopper_count=1)
        merchant = env["alliance.merchant"].browse(ids["merchants"][0])
        merchant.store_ids = [Command.create({"name": "New", "scene": "alliance"})]
        ids["store"] = (merchant.store_ids - merchant.store_ids.browse(ids["stores"])).id
        ids["wallet"] = platform.give_vouchers(env, ids["shoppers"][0], 1_000, "test,vouchers").id
    return ids


def sell(env, ids):
    env["alliance.qualified.sale"]._register_sales([platform.prepare_sale(
        env, "test,sale", ids["shoppers"][0], ids["store"], 10_000)])


def spend(env, ids):
    env["voucher.wallet"].browse(ids["wallet"])._authorize(
        500, env["alliance.store"].browse(ids["store"]), "test,spent")


def wait_until_it_waits(database, worker):
    """Return when another transaction of the database waits for a lock; the worker must not end before."""
    deadline = time.monotonic() + 60
    while not database.query("""
            SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""):
        assert time.monotonic() < deadline, f"it does not wait: {worker.outcome()}"
        time.sleep(0.05)


@pytest.mark.parametrize(("work", "table"), [(sell, "alliance_qualified_sale"), (spend, "voucher_hold")])
def test_the_store_stays_with_what_is_being_sold(scratch_db, world, work, table):
    """The move waits for the sale that has begun, and is refused when it counts."""
    with scratch_db.open_env() as env:
        work(env, world)
        env.flush_all()
        mover = scratch_db.start(f"{JOBS}:move_store", world["store"], world["merchants"][1])
        wait_until_it_waits(scratch_db, mover)
    assert "stays with its merchant" in mover.result()
    assert scratch_db.query(f"SELECT merchant_id FROM {table}") == [(world["merchants"][0],)]
    assert scratch_db.query("SELECT merchant_id FROM alliance_store WHERE id = %s", (world["store"],)) == [
        (world["merchants"][0],)]


def test_who_sells_while_it_moves_sells_for_the_new_merchant(scratch_db, world):
    """The sale waits for the move that has begun, and is registered anew."""
    with scratch_db.open_env() as env:
        env["alliance.store"].browse(world["store"]).merchant_id = world["merchants"][1]
        env.flush_all()
        seller = scratch_db.start(
            f"{JOBS}:sell", "test", world["shoppers"], world["store"], 10_000)
        wait_until_it_waits(scratch_db, seller)
    seller.result()
    assert scratch_db.query("SELECT merchant_id FROM alliance_qualified_sale") == [(world["merchants"][1],)]
