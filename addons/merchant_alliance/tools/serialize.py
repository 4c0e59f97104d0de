"""Make transactions that decide on the same record follow each other."""

from odoo.tools import SQL


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
