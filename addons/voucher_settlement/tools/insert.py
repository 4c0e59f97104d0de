"""Write many rows of one ledger in one statement."""

import json

from odoo.tools import SQL


def insert_rows(model, rows):
    """Insert ``rows``, which the caller has worked out exactly, past the ORM: several times as fast as ``create``.

    The database's constraints are what checks them; there are no computed or default values.

    :param model: empty recordset (sudo) of a model with ``_log_access = False``
    :param list rows: dicts, all with the same stored fields; values as the columns take them
    """
    if not rows:
        return
    model.env.flush_all()
    model.env.execute_query(SQL(
        "INSERT INTO %(table)s (%(columns)s)"
        " SELECT %(columns)s FROM json_populate_recordset(NULL::%(table)s, %(rows)s)",
        table=SQL.identifier(model._table),
        columns=SQL(", ").join(map(SQL.identifier, rows[0])),
        rows=json.dumps(rows, default=str)))  # exact numbers as text: the columns' types read them
    model.invalidate_model()
