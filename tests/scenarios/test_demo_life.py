"""The demo life, shortened, by the code that ``make run`` uses: it runs through and its books agree.

``DEMO_PERIODS=45`` lives through all of it.
"""

import contextlib
import os

from demo import life
from tests.model.statement_sql import find_differences

PERIODS = int(os.environ.get("DEMO_PERIODS", "6"))  # over a month: merchants get statements


def test_books_and_statements_agree(scratch_db):
    with scratch_db.open_env() as env:
        company = life.build(env, periods=PERIODS, progress=lambda text: None).company
        posting = env["escrow.posting"]
        posting._post_unposted(company)
        assert posting._check_subledger(company) == []
        assert env["settlement.period"].search_count([("state", "=", "settled")]) == PERIODS - 1
    with contextlib.closing(scratch_db.connect()) as connection, connection.cursor() as cursor:
        count, differences = find_differences(cursor)
    assert differences == []
    assert count > 10
