"""The escrow equation in PostgreSQL: checked when a transaction commits, whoever wrote."""

from odoo.tools import SQL

from .escrow_events import EVENT_PATTERNS

CHECK = """
CREATE OR REPLACE FUNCTION voucher_settlement_check_move(the_move integer) RETURNS void AS $$
DECLARE
    entry record;
    total numeric;
    bank numeric;
BEGIN
    SELECT id, name, state, escrow_event INTO entry FROM account_move WHERE id = the_move;
    IF entry.state IS DISTINCT FROM 'posted' THEN
        RETURN;
    END IF;
    SELECT SUM(l.balance), SUM(l.balance) FILTER (WHERE a.escrow_role = 'escrow_bank') INTO total, bank
      FROM account_move_line l JOIN account_account a ON a.id = l.account_id
     WHERE l.move_id = the_move AND a.escrow_role IS NOT NULL;
    IF total IS NULL THEN
        RETURN;
    END IF;
    IF entry.escrow_event IS NULL THEN
        RAISE EXCEPTION 'Entry %% touches the rebate escrow, but is not one of the settlement centre.', entry.name
              USING ERRCODE = 'check_violation';
    END IF;
    IF total <> 0 THEN
        RAISE EXCEPTION 'Entry %%: its lines on the rebate escrow add up to %%, not to zero.', entry.name, total
              USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE l.move_id = the_move AND a.escrow_role IS NOT NULL AND l.balance <> 0
           AND NOT EXISTS (
               SELECT FROM (VALUES %(patterns)s) AS p (event, role, sign)
                WHERE p.event = entry.escrow_event AND p.role = a.escrow_role AND p.sign = SIGN(l.balance))
    ) THEN
        RAISE EXCEPTION 'Entry %%: event %% does not allow these escrow lines.', entry.name, entry.escrow_event
              USING ERRCODE = 'check_violation';
    END IF;
    IF entry.escrow_event = 'reimburse' AND NOT EXISTS (
        SELECT FROM voucher_reimbursement r
         WHERE r.move_id = the_move AND r.state = 'paid' AND r.amount = -bank
    ) THEN
        RAISE EXCEPTION 'Entry %%: no approved reimbursement of this amount stands behind it.', entry.name
              USING ERRCODE = 'check_violation';
    END IF;
    IF entry.escrow_event = 'fund_reversal' AND -bank IS DISTINCT FROM (
        SELECT -SUM(s.alloc_pool + s.alloc_shopping + s.alloc_reserve)
          FROM alliance_funding f JOIN alliance_qualified_sale s ON s.funding_id = f.id
         WHERE f.reversal_move_id = the_move AND s.kind = 'refund'
    ) THEN
        RAISE EXCEPTION 'Entry %%: no refunds of this amount stand behind it.', entry.name
              USING ERRCODE = 'check_violation';
    END IF;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION voucher_settlement_move_changed() RETURNS trigger AS $$
BEGIN
    PERFORM voucher_settlement_check_move(NEW.id);
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION voucher_settlement_line_changed() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM voucher_settlement_check_move(OLD.move_id); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM voucher_settlement_check_move(NEW.move_id); END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION voucher_settlement_escrow_move_kept() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.state <> 'posted' OR NEW.escrow_event IS DISTINCT FROM OLD.escrow_event THEN
        RAISE EXCEPTION 'Entry %% of the settlement centre is posted and stays as it is.', OLD.name
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE OR REPLACE FUNCTION voucher_settlement_role_changed() RETURNS trigger AS $$
BEGIN
    IF EXISTS (SELECT FROM account_move_line WHERE account_id = NEW.id) THEN
        RAISE EXCEPTION 'Account %%: it has entries, so its escrow role cannot change any more.', NEW.id
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;
"""

TRIGGERS = {
    "voucher_settlement_move_posted": (
        "account_move", "CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OF state, escrow_event ON {table}"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'posted')"
        " EXECUTE FUNCTION voucher_settlement_move_changed()"),
    "voucher_settlement_line_added": (
        "account_move_line", "CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OF account_id, balance, move_id"
        " ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.parent_state = 'posted')"
        " EXECUTE FUNCTION voucher_settlement_line_changed()"),
    "voucher_settlement_line_removed": (
        "account_move_line", "CONSTRAINT TRIGGER {name} AFTER DELETE ON {table}"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.parent_state = 'posted')"
        " EXECUTE FUNCTION voucher_settlement_line_changed()"),
    "voucher_settlement_move_kept": (
        "account_move", "TRIGGER {name} AFTER UPDATE OF state, escrow_event ON {table}"
        " FOR EACH ROW WHEN (OLD.state = 'posted' AND OLD.escrow_event IS NOT NULL)"
        " EXECUTE FUNCTION voucher_settlement_escrow_move_kept()"),
    "voucher_settlement_move_not_deleted": (
        "account_move", "TRIGGER {name} AFTER DELETE ON {table}"
        " FOR EACH ROW WHEN (OLD.state = 'posted' AND OLD.escrow_event IS NOT NULL)"
        " EXECUTE FUNCTION voucher_settlement_escrow_move_kept()"),
    "voucher_settlement_role_kept": (
        "account_account", "TRIGGER {name} AFTER UPDATE OF escrow_role ON {table}"
        " FOR EACH ROW WHEN (OLD.escrow_role IS DISTINCT FROM NEW.escrow_role)"
        " EXECUTE FUNCTION voucher_settlement_role_changed()"),
}


def install_guard(cr):
    """Create the functions and triggers, or renew them."""
    patterns = ", ".join(
        f"('{event}', '{role}', {sign})"
        for event, roles in EVENT_PATTERNS.items() for role, sign in roles.items())
    cr.execute(SQL(CHECK.replace("%(patterns)s", patterns)))  # pylint: disable=sql-injection
    for name, (table, definition) in TRIGGERS.items():
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", SQL.identifier(name), SQL.identifier(table)))
        cr.execute(SQL("CREATE " + definition.format(name=name, table=table)))  # pylint: disable=sql-injection


def remove_guard(cr):
    """Drop what :func:`install_guard` created."""
    for name, (table, _definition) in TRIGGERS.items():
        cr.execute(SQL("DROP TRIGGER IF EXISTS %s ON %s", SQL.identifier(name), SQL.identifier(table)))
    for function in ("check_move(integer)", "move_changed()", "line_changed()", "escrow_move_kept()",
                     "role_changed()"):
        cr.execute(SQL(f"DROP FUNCTION IF EXISTS voucher_settlement_{function}"))
