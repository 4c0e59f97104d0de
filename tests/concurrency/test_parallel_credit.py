"""Two workers credit the wallets of one settlement at the same moment."""

import pytest

from tests.support import platform

from .test_parallel_money import assert_books_agree, race

# Else one of both may be through before the other one has begun, on a busy machine.
SLOWLY = """
    CREATE FUNCTION slowly() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER slowly AFTER UPDATE OF settled_number ON voucher_wallet EXECUTE FUNCTION slowly()"""


@pytest.fixture
def world(scratch_db):
    """Two merchants, fifty shoppers, a maker and a checker."""
    with scratch_db.open_env() as env:
        return platform.build(env, shopper_count=50)


def test_two_workers_credit_the_same_wallets(scratch_db, world):
    """The job and the one that helps it go through 51 wallets at once: each is credited once, nobody waits."""
    with scratch_db.open_env() as env:
        env["alliance.qualified.sale"]._register_sales([
            platform.prepare_sale(env, f"test,{number}", shopper, world["stores"][0], 10_001 + 337 * number)
            for number, shopper in enumerate(world["shoppers"])])
        env["alliance.funding"]._fund_pending()
    race(scratch_db, "settle", (world, 2))
    with scratch_db.open_env() as env:
        env.cr.execute(SLOWLY)
    first, second = race(scratch_db, "credit_as_job", ("_cron_credit", 1), ("_cron_credit_beside", 1))
    assert first > 0
    assert second > 0
    [last] = race(scratch_db, "credit_as_job", ("_cron_credit", 1))  # what the other one held, and the end
    [(wallets, behind)] = scratch_db.query("""
        SELECT count(*), count(*) FILTER (WHERE settled_number <> (
               SELECT max(number) FROM settlement_period WHERE state = 'settled')) FROM voucher_wallet""")
    assert (first + second + last, behind) == (wallets, 0)
    assert wallets == 51
    assert scratch_db.query("SELECT count(DISTINCT wallet_id), count(*) FROM voucher_entry WHERE kind = 'credit'") == [
        (51, 51)]
    assert scratch_db.query("SELECT DISTINCT dust_returned FROM settlement_period WHERE state = 'settled'") == [(True,)]
    assert_books_agree(scratch_db)
    with scratch_db.open_env() as env:
        assert env["escrow.posting"]._check_subledger(env.company) == []
