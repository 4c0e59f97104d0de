"""Make transactions that decide on the same record follow each other."""

import logging
import time

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo.tools import SQL

_logger = logging.getLogger(__name__)

TRIES = 6
WAIT_SECONDS = 0.05


def touch(records):
    """Change rows without changing a value, in one order.

    Under REPEATABLE READ a lock alone lets the later of two transactions go on with the snapshot
    that it took before the earlier one committed. Having changed the row, the later one fails with
    a serialization error instead, which Odoo retries with a fresh snapshot.
    """
    if records:
        records.env.cr.execute(SQL(
            "UPDATE %(table)s SET id = id WHERE id IN"
            " (SELECT id FROM %(table)s WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE)",
            table=SQL.identifier(records._table), ids=tuple(records.ids)))


def retry_collisions(cr, work):
    """Call ``work()``, again after a rollback while another transaction is in its way; return what it returns.

    For jobs that commit step by step: Odoo retries requests, but no jobs.

    :raise SerializationFailure, DeadlockDetected: it collided ``TRIES`` times
    """
    for number in range(1, TRIES + 1):
        try:
            result = work()
            cr.flush()
            return result
        except (SerializationFailure, DeadlockDetected):
            cr.rollback()
            if number == TRIES:
                raise
            _logger.info("Collided with another transaction, try %s of %s", number, TRIES)
            time.sleep(WAIT_SECONDS * 2 ** number)
    return None
