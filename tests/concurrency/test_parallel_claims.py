"""A receipt is claimed in the very moment in which something else of it, or of its shopper, is done."""

import pytest

from odoo.fields import Command

from tests.support import platform

from .jobs import send_order
from .test_parallel_money import JOBS
from .test_parallel_stores import wait_until_it_waits


@pytest.fixture
def world(scratch_db):
    """A till that has sold two bowls (100.00) to nobody known, twice, and a shopper who may claim one a day."""
    with scratch_db.open_env() as env:
        ids = platform.build(env, shopper_count=1)
        env.company.alliance_claims_per_day = 1
        env["product.product"].create({
            "name": "Bowl", "default_code": "till", "list_price": 50, "available_in_pos": True,
            "taxes_id": [Command.clear()]})
        ids["till"] = env["pos.config"].create({"name": "Till", "alliance_store_id": ids["stores"][0]}).id
    with scratch_db.open_env(uid=2) as env:
        env["pos.config"].browse(ids["till"]).open_ui()
    with scratch_db.open_env() as env:
        ids["orders"] = [send_order(env, ids["till"], f"test,order,{number}", 2) for number in range(2)]
    with scratch_db.open_env() as env:
        ids["line"] = env["pos.order"].browse(ids["orders"][0]).lines.id
    return ids


def claim(env, ids):
    env["pos.order"].browse(ids["orders"][0])._claim(env["res.partner"].browse(ids["shoppers"][0]))


def get_cash(database):
    rows = database.query("SELECT cash_amount::text FROM alliance_qualified_sale ORDER BY id")
    return [float(cash) for [cash] in rows]


def test_what_is_given_back_while_it_is_claimed_is_taken_back(scratch_db, world):
    with scratch_db.open_env() as env:
        claim(env, world)
        env.flush_all()
        till = scratch_db.start(f"{JOBS}:give_back", world["till"], world["line"])
        wait_until_it_waits(scratch_db, till)
    till.result()
    assert get_cash(scratch_db) == [100.0, -50.0]


def test_what_is_claimed_while_it_is_given_back_is_taken_back(scratch_db, world):
    with scratch_db.open_env() as env:
        refund = env["pos.order"].browse(world["orders"][0])._refund()
        refund.add_payment({
            "pos_order_id": refund.id, "amount": refund.amount_total,
            "payment_method_id": refund.config_id.payment_method_ids.filtered("is_cash_count")[:1].id})
        refund.action_pos_order_paid()
        env.flush_all()
        phone = scratch_db.start(f"{JOBS}:claim", world["orders"][0], world["shoppers"][0])
        wait_until_it_waits(scratch_db, phone)
    assert phone.result() is None
    assert get_cash(scratch_db) == [100.0, -100.0]


def test_of_several_receipts_at_once_no_more_than_a_day_s(scratch_db, world):
    with scratch_db.open_env() as env:
        claim(env, world)
        env.flush_all()
        phone = scratch_db.start(f"{JOBS}:claim", world["orders"][1], world["shoppers"][0])
        wait_until_it_waits(scratch_db, phone)
    assert "At most 1" in phone.result()
    assert get_cash(scratch_db) == [100.0]
