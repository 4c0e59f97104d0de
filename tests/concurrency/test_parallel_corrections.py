"""Corrections at the same moment: only what is there is reversed, and once."""

import pytest

from odoo.fields import Command

from tests.support import platform

from .test_parallel_money import assert_books_agree, race


@pytest.fixture
def world(scratch_db):
    """A shopper with 60 points of a sale, 10.00 spent of its voucher, a maker and two checkers."""
    with scratch_db.open_env() as env:
        ids = platform.build(env, shopper_count=1)
        groups = env["res.users"].browse(ids["checker"]).group_ids.ids
        ids["checkers"] = env["res.users"].with_context(no_reset_password=True).create([
            {"name": f"checker {number}", "login": f"checker_{number}", "group_ids": [Command.set(groups)]}
            for number in range(2)]).ids
        sale = env["alliance.qualified.sale"]._register_sales([platform.prepare_sale(
            env, "test,sale", ids["shoppers"][0], ids["stores"][0], 100_000)])
        env["alliance.funding"]._fund_pending(sale.merchant_id)
        platform.give_vouchers(env, ids["shoppers"][0], 1_000, "test,vouchers")._authorize(
            1_000, sale.store_id, "test,spent", kinds=["deduction"])._capture()
        ids["earned"] = env["green.points.entry"].search([("holder_kind", "=", "shopper")]).id
        ids["spent"] = env["voucher.entry"].search([("kind", "=", "redeem")]).id
    return ids


def submit(database, ids, field, entry_id, *amounts):
    """Submit a correction of one row for each amount; return their ids."""
    with database.open_env() as env:
        corrections = env["ledger.correction"].with_user(ids["maker"]).create([
            {field: entry_id, "amount": amount, "reason": "Test", "holder_text": "Test"} for amount in amounts])
        corrections.action_submit()
        return corrections.ids


def test_only_what_is_there_is_reversed_once(scratch_db, world):
    """Two checkers approve the same corrections, then several of the same rows, all at once."""
    corrections = [*submit(scratch_db, world, "points_entry_id", world["earned"], 10),
                   *submit(scratch_db, world, "voucher_entry_id", world["spent"], 1)]
    assert sum(race(scratch_db, "approve_corrections", *[(corrections, world["checkers"])] * 2)) == 2
    assert scratch_db.query("""
        SELECT sum(base)::text, count(*) FROM green_points_entry WHERE kind = 'correction' UNION ALL
        SELECT sum(amount)::text, count(*) FROM voucher_entry WHERE kind = 'restore'""") == [("-10.00", 1), ("1.00", 1)]
    # four of 20 points where 50 are left, four of 4.00 where 9.00 are
    corrections = [*submit(scratch_db, world, "points_entry_id", world["earned"], *[20] * 4),
                   *submit(scratch_db, world, "voucher_entry_id", world["spent"], *[4] * 4)]
    assert sum(race(scratch_db, "approve_corrections", *[
        (corrections[n::2], world["checkers"]) for n in range(2)])) == 4
    assert scratch_db.query("""
        SELECT effect, state, count(*) FROM ledger_correction GROUP BY 1, 2 ORDER BY 1, 2""") == [
        ("restore", "booked", 3), ("restore", "submitted", 2),
        ("take_points", "booked", 3), ("take_points", "submitted", 2)]
    assert scratch_db.query("SELECT base::text FROM green_points_position WHERE holder_kind = 'shopper'") == [
        ("10.00",)]
    assert scratch_db.query("SELECT sum(amount)::text FROM voucher_entry WHERE kind = 'restore'") == [("9.00",)]
    assert_books_agree(scratch_db)
