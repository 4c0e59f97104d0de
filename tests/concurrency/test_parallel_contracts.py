"""A contract is terminated in the very moment in which its next version is signed."""

from datetime import timedelta

import pytest

from odoo.fields import Command

from tests.support import platform

from .test_parallel_money import JOBS
from .test_parallel_stores import wait_until_it_waits


@pytest.fixture
def world(scratch_db):
    """A contract that ends in five days, and a version that begins in ten: signing it changes no row of the first."""
    with scratch_db.open_env() as env:
        merchant = env["alliance.merchant"].browse(platform.build(env, shopper_count=1)["merchants"][0])
        merchant.contract_ids.action_terminate()
        today = merchant.company_id._get_day()
        contract = env["alliance.contract"].create({
            "merchant_id": merchant.id, "date_start": today + timedelta(days=1), "date_end": today + timedelta(days=5),
            "line_ids": [Command.create({"rate": 10})]})
        contract._activate("Test")
        version = env["alliance.contract"].browse(contract.action_amend()["res_id"])
        version.write({"date_start": today + timedelta(days=10), "date_end": False, "signed_by": "Boss"})
        return {"contract": contract.id, "version": version.id}


def get_states(database):
    return [state for state, in database.query(
        "SELECT state FROM alliance_contract WHERE date_start > now() ORDER BY version")]


def test_what_is_being_terminated_is_not_signed_into_force_again(scratch_db, world):
    with scratch_db.open_env() as env:
        env["alliance.contract"].browse(world["contract"]).action_terminate()
        env.flush_all()
        signer = scratch_db.start(f"{JOBS}:step_contract", world["version"], "action_activate")
        wait_until_it_waits(scratch_db, signer)
    assert "was terminated" in signer.result()
    assert get_states(scratch_db) == ["terminated", "draft"]


def test_what_is_being_signed_ends_with_the_contract(scratch_db, world):
    with scratch_db.open_env() as env:
        env["alliance.contract"].browse(world["version"]).action_activate()
        env.flush_all()
        operator = scratch_db.start(f"{JOBS}:step_contract", world["contract"], "action_terminate")
        wait_until_it_waits(scratch_db, operator)
    assert operator.result() is None
    assert get_states(scratch_db) == ["terminated", "terminated"]
