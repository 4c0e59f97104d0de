"""Write many rows of one ledger in one statement."""

from odoo.tools import SQL


def insert_rows(model, rows):
    """Insert ``rows``, which the caller has worked out exactly, past the ORM: several times as fast as ``create``.

    The database's constraints are what checks them; there are no computed or default values.

    :param model: empty recordset (sudo) of a model with ``_log_access = False``
    :param list rows: dicts, all with the same stored fields; values as the columns take them
    """
    if not rows:
        return
    names = list(rows[0])
    model.env.flush_all()
    model.env.execute_query(SQL(
        "INSERT INTO %(table)s (%(columns)s) SELECT * FROM unnest(%(values)s)",
        table=SQL.identifier(model._table),
        columns=SQL(", ").join(map(SQL.identifier, names)),
        values=SQL(", ").join(
            SQL("%s::%s[]", [row[name] for row in rows], SQL(model._fields[name].column_type[1])) for name in names)))
    model.invalidate_model()
