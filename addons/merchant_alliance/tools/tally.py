"""Totals of tables, kept by PostgreSQL itself: what a table adds up to is known without reading it.

Whoever changes a watched table, by whatever way, adds what the statement changed to the totals, as rows of
its own: two transactions never wait for each other. Now and then the rows are folded into one for each key.
The table of totals belongs to no model: nothing reaches it over RPC.
"""

from odoo.tools import SQL

FUNCTION = """
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {name} ({keys}, amount)
        SELECT {keys}, SUM(amount) FROM ({new}) AS added GROUP BY {keys} HAVING SUM(amount) <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO {name} ({keys}, amount)
        SELECT {keys}, -SUM(amount) FROM ({old}) AS gone GROUP BY {keys} HAVING SUM(amount) <> 0;
    ELSE
        INSERT INTO {name} ({keys}, amount)
        SELECT {keys}, SUM(amount)
          FROM (SELECT * FROM ({new}) AS added UNION ALL SELECT {keys}, -amount FROM ({old}) AS gone) AS changed
         GROUP BY {keys} HAVING SUM(amount) <> 0;
    END IF;
    RETURN NULL;
END"""

TRIGGERS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


class Tally:
    """The totals in the table ``name``.

    :param str name: of the table of totals
    :param dict keys: column -> type: what is added up apart; rows whose first key is not known yet do not count
    :param dict sources: table -> query over ``{rows}`` that gives the keys, in order, and ``amount``;
        statements are made of these constants alone
    """

    def __init__(self, name, keys, sources):
        self.name, self.columns, self.keys = name, keys, ", ".join(keys)
        self.sources = {
            table: f"SELECT * FROM ({query}) AS source WHERE {next(iter(keys))} IS NOT NULL"
            for table, query in sources.items()}

    # -- setting up --------------------------------------------------------------------------

    def install(self, cr):
        """Create the totals and what keeps them, or renew the latter."""
        columns = ", ".join(f"{column} {kind} NOT NULL" for column, kind in self.columns.items())
        cr.execute("SELECT to_regclass(%s)", [self.name])
        is_new = cr.fetchone()[0] is None
        if is_new:
            self._execute(cr, f"CREATE TABLE {self.name} ({columns}, amount numeric NOT NULL)")
        for table, query in self.sources.items():
            function = f"{self.name}_{table}"
            body = FUNCTION.format(
                name=self.name, keys=self.keys, new=query.format(rows="new_rows"), old=query.format(rows="old_rows"))
            self._execute(cr, f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger"
                              f" AS $tally${body}$tally$ LANGUAGE plpgsql")
            for event, rows in TRIGGERS.items():
                self._execute(cr, f"CREATE OR REPLACE TRIGGER {self.name}_{event} AFTER {event} ON {table} {rows}"
                                  f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()")
        if is_new:
            self.recount(cr)

    def remove(self, cr):
        """Drop what :meth:`install` created."""
        for table in self.sources:
            for event in TRIGGERS:
                self._execute(cr, f"DROP TRIGGER IF EXISTS {self.name}_{event} ON {table}")
            self._execute(cr, f"DROP FUNCTION IF EXISTS {self.name}_{table}")
        self._execute(cr, f"DROP TABLE IF EXISTS {self.name}")

    def recount(self, cr):
        """Make the totals anew out of the tables."""
        self._execute(cr, f"DELETE FROM {self.name}")
        self._execute(cr, f"INSERT INTO {self.name} ({self.keys}, amount) {self._get_count()}")

    def fold(self, cr):
        """Make one row for each key of all there are.

        Of two at once the later one gets a serialization error (``retry_collisions``).
        """
        self._execute(cr, f"""
            WITH gone AS (DELETE FROM {self.name} RETURNING {self.keys}, amount)
            INSERT INTO {self.name} ({self.keys}, amount)
            SELECT {self.keys}, SUM(amount) FROM gone GROUP BY {self.keys} HAVING SUM(amount) <> 0""")

    # -- reading -----------------------------------------------------------------------------

    def get_totals(self, cr, first):
        """Return ``{the other keys: Decimal}`` for a value of the first key."""
        column = next(iter(self.columns))
        cr.execute(SQL(
            "SELECT %(keys)s, SUM(amount) FROM %(name)s WHERE %(column)s = %(first)s GROUP BY %(keys)s",
            keys=SQL(self.keys), name=SQL.identifier(self.name), column=SQL.identifier(column), first=first))
        return {tuple(keys): amount for _first, *keys, amount in cr.fetchall()}

    def find_differences(self, cr):
        """Read all the tables and return ``[(keys, kept total, counted total)]`` of what differs (slow)."""
        cr.execute(SQL(
            """SELECT %(keys)s, COALESCE(kept.amount, 0), COALESCE(counted.amount, 0)
                 FROM (SELECT %(keys)s, SUM(amount) AS amount FROM %(name)s GROUP BY %(keys)s) AS kept
                 FULL JOIN (%(count)s) AS counted USING (%(keys)s)
                WHERE COALESCE(kept.amount, 0) <> COALESCE(counted.amount, 0) ORDER BY %(keys)s""",
            keys=SQL(self.keys), name=SQL.identifier(self.name), count=SQL(self._get_count())))
        return [(tuple(keys), kept, counted) for *keys, kept, counted in cr.fetchall()]

    def _get_count(self):
        rows = " UNION ALL ".join(query.format(rows=table) for table, query in self.sources.items())
        return f"SELECT {self.keys}, SUM(amount) AS amount FROM ({rows}) AS rows GROUP BY {self.keys}"

    def _execute(self, cr, statement):
        cr.execute(SQL(statement.replace("%", "%%")))
