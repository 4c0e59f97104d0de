"""Many records out of one, written by PostgreSQL itself."""

from psycopg2.extras import execute_values


def multiply(cr, model, record, count, changes):
    """Insert ``count`` copies of ``record``; return the first one's id, the others follow.

    :param model: of the record
    :param dict changes: column -> SQL expression over ``n`` (0 … count − 1) for what differs
    """
    cr.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
               " AND attname <> 'id'", (model._table,))
    columns = [name for name, in cr.fetchall()]
    cr.execute(f"SELECT COALESCE(max(id), 0) + 1 FROM {model._table}")
    first = cr.fetchone()[0]
    values = ", ".join(str(changes.get(column, f't."{column}"')) for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cr.execute(f"INSERT INTO {model._table} (id, {names}) SELECT {first} + n, {values}"
               f" FROM {model._table} t, generate_series(0, {count - 1}) n WHERE t.id = {int(record.id)}")
    cr.execute(f"SELECT setval(pg_get_serial_sequence('{model._table}', 'id'), {first + count})")
    return first


def fill_column(cr, table, column, pairs):
    """Write ``(id, text)`` pairs into a column."""
    execute_values(
        cr._obj, f"UPDATE {table} AS t SET {column} = v.text FROM (VALUES %s) AS v (id, text) WHERE t.id = v.id",
        pairs, page_size=5000)
