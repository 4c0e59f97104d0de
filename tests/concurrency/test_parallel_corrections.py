"""Corrections at the same moment: only what is there is reversed, and once."""

import pytest

from odoo.fields import Command

from tests.support import platform

from .test_parallel_money import assert_books_agree, race


@pytest.fixture
def world(scratch_db):
    """A shopper with 60 points of a sale, 10.00 spent of its voucher, a maker and four checkers."""
    with scratch_db.open_env() as env:
        ids = platform.build(env, shopper_count=1)
        groups = env["res.users"].browse(ids["checker"]).group_ids.ids
        ids["checkers"] = env["res.users"].with_context(no_reset_password=True).create([
            {"name": f"checker {number}", "login": f"checker_{number}", "group_ids": [Command.set(groups)]}
            for number in range(4)]).ids
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


def test_two_checkers_approve_the_same(scratch_db, world):
    """Both ledgers, one correction of each, approved eight times at once: booked once."""
    corrections = [*submit(scratch_db, world, "points_entry_id", world["earned"], 40),
                   *submit(scratch_db, world, "voucher_entry_id", world["spent"], 7)]
    approved = race(scratch_db, "approve_corrections", *[(corrections, world["checkers"])] * 2)
    assert sum(approved) == 2
    assert scratch_db.query("SELECT sum(base)::text, count(*) FROM green_points_entry WHERE kind = 'correction'") == [
        ("-40.00", 1)]
    assert scratch_db.query("SELECT sum(amount)::text, count(*) FROM voucher_entry WHERE kind = 'restore'") == [
        ("7.00", 1)]
    assert_books_agree(scratch_db)


def test_several_corrections_of_one_row(scratch_db, world):
    """Four of 25 points of 60, four of 4.00 of 10.00 spent: two of each are booked, whoever comes first."""
    corrections = [*submit(scratch_db, world, "points_entry_id", world["earned"], *[25] * 4),
                   *submit(scratch_db, world, "voucher_entry_id", world["spent"], *[4] * 4)]
    approved = race(scratch_db, "approve_corrections", *[(corrections[n::2], world["checkers"][:2]) for n in range(2)])
    assert sum(approved) == 4
    assert scratch_db.query("""
        SELECT effect, state, count(*) FROM ledger_correction GROUP BY 1, 2 ORDER BY 1, 2""") == [
        ("restore", "booked", 2), ("restore", "submitted", 2),
        ("take_points", "booked", 2), ("take_points", "submitted", 2)]
    assert scratch_db.query("SELECT base::text FROM green_points_position WHERE holder_kind = 'shopper'") == [
        ("10.00",)]
    assert scratch_db.query("SELECT sum(amount)::text FROM voucher_entry WHERE kind = 'restore'") == [("8.00",)]
    assert_books_agree(scratch_db)
