"""A fingerprint of everything that is worth something."""

from .surface import MONEY_MODELS, SUITE, get_extended_models, get_own_models

# Journal entries: what they book, not how they look.
BOOKS = {
    "account_move": ["id", "state", "journal_id", "amount_total"],
    "account_move_line": ["id", "move_id", "account_id", "partner_id", "debit", "credit", "parent_state"],
}
TECHNICAL = ("write_date", "write_uid")


def take_digest(env) -> dict[str, dict]:
    """Return for each table of the suite, and for the books, its row count, column sums and content hash.

    Of the models that the suite extends, the columns that it added.
    """
    env.flush_all()
    queries = [_content_query(env[name]._table) for name in get_own_models(env) if _has_table(env[name])]
    queries += [_column_query(table, columns, "TRUE") for table, columns in BOOKS.items()]
    queries += [_column_query(table, ["id", *columns], _says_something(columns))
                for table, columns in _get_added_columns(env).items()]
    env.cr.execute("\nUNION ALL\n".join(queries))
    return {table: {"rows": rows, "content": content, **(sums or {})}
            for table, rows, content, sums in env.cr.fetchall()}


def get_difference(before: dict, after: dict) -> dict:
    """Return ``{table: {what: (before, after)}}`` of what differs between two digests."""
    return {table: {key: (before[table].get(key), after[table].get(key))
                    for key in before[table].keys() | after[table].keys()
                    if before[table].get(key) != after[table].get(key)}
            for table in before if before[table] != after[table]}


def _has_table(model) -> bool:
    return model._auto and not model._abstract and not model._transient


def _content_query(table: str) -> str:
    row = f"to_jsonb(t) - ARRAY[{', '.join(map(repr, TECHNICAL))}]"
    return f"""SELECT {table!r}, (SELECT count(*) FROM {table}),
                      (SELECT md5(string_agg(({row})::text, '|' ORDER BY t.id)) FROM {table} t),
                      (SELECT jsonb_object_agg(key, total) FROM (
                          SELECT pair.key, sum(pair.value::text::numeric)::text AS total
                            FROM {table} t, jsonb_each({row}) pair
                           WHERE jsonb_typeof(pair.value) = 'number' GROUP BY pair.key) sums)"""


def _column_query(table: str, columns: list[str], condition: str) -> str:
    return f"""SELECT {table!r}, (SELECT count(*) FROM {table} WHERE {condition}),
                      (SELECT md5(string_agg(concat_ws('|', {', '.join(columns)}), '|' ORDER BY id))
                         FROM {table} WHERE {condition}),
                      NULL::jsonb"""


def _says_something(columns: list[str]) -> str:
    """Return a condition for the rows in which one of the columns is neither empty nor false."""
    return " OR ".join(f"COALESCE({column}::text, 'false') <> 'false'" for column in columns)


def _get_added_columns(env) -> dict[str, list[str]]:
    """Return ``{table: columns}`` that the suite added to models of others."""
    added = {}
    for name in (*get_extended_models(env), *MONEY_MODELS):
        model = env[name]
        columns = sorted(field.name for field in model._fields.values()
                         if field.store and field.column_type and field._module in SUITE)
        if columns and _has_table(model):
            added[model._table] = columns
    return added
