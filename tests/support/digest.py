"""A fingerprint of everything that is worth something."""

from .surface import MONEY_MODELS, SUITE, get_extended_models, get_own_models

# Journal entries: what they book, not how they look.
BOOKS = {
    "account_move": ["id", "state", "journal_id", "amount_total"],
    "account_move_line": ["id", "move_id", "account_id", "partner_id", "debit", "credit", "parent_state"],
}
TECHNICAL = ("write_date", "write_uid")
_QUERIES = {}  # registry -> the query, which is long


def take_digest(env) -> dict[str, dict]:
    """Return for each table of the suite, and for the books, its row count and a hash of its content.

    Of the models that the suite extends, the columns that it added.
    """
    env.flush_all()
    key = env.cr.dbname, env.registry.registry_sequence
    if key not in _QUERIES:
        _QUERIES[key] = _make_query(env)
    env.cr.execute(_QUERIES[key])
    return {table: {"rows": rows, "content": content} for table, rows, content in env.cr.fetchall()}


def get_difference(before: dict, after: dict) -> dict:
    """Return ``{table: {what: (before, after)}}`` of what differs between two digests."""
    return {table: {key: (before[table][key], after[table][key])
                    for key in before[table] if before[table][key] != after[table][key]}
            for table in before if before[table] != after[table]}


def _make_query(env) -> str:
    columns = {env[name]._table: _get_columns(env[name]) for name in get_own_models(env) if _has_table(env[name])}
    queries = [_table_query(table, names) for table, names in {**columns, **BOOKS}.items()]
    queries += [_table_query(table, ["id", *names], _says_something(names))
                for table, names in _get_added_columns(env).items()]
    return "\nUNION ALL\n".join(queries)


def _has_table(model) -> bool:
    return model._auto and not model._abstract and not model._transient


def _get_columns(model) -> list[str]:
    return sorted(field.name for field in model._fields.values()
                  if field.store and field.column_type and field.name not in TECHNICAL)


def _table_query(table: str, columns: list[str], condition: str = "TRUE") -> str:
    row = ", ".join(f'"{column}"' for column in columns)
    return (f"SELECT {table!r}, count(*), md5(string_agg(ROW({row})::text, '|' ORDER BY id))"
            f" FROM {table} WHERE {condition}")


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
