"""Make transactions that decide on the same record follow each other."""

from odoo.tools import SQL


def touch(records):
    """Change rows without changing a value.

    Under REPEATABLE READ a lock alone lets the later of two transactions go on with the snapshot it
    took before the earlier one committed. Having changed the row, the later one fails with a
    serialization error instead, which Odoo retries with a fresh snapshot.
    """
    if records:
        records.env.cr.execute(SQL(
            "UPDATE %s SET id = id WHERE id IN %s", SQL.identifier(records._table), tuple(records.ids)))
