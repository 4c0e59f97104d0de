"""The escrow equation, and the bounds of corrections, in PostgreSQL, whoever wrote.

Two kinds of trigger. Deferred ones check a posted entry as a whole at the commit: escrow lines add
up to zero, only in entries with an event, in that event's pattern, and payments out of the escrow
bank only for a document of that amount. Immediate ones keep posted escrow entries, their lines, and
the escrow roles of accounts with entries as they are; they also see to it that the booked corrections
of a ledger row never exceed it, and stay as they are, and that no more goes back to the pool as rounding
than rounding can be: a settlement is rounded up once, by less than a cent; points that are taken back free what
their holder had earned but not been credited, less than a cent (after a merge: of each of the two).
"""

from odoo.tools import SQL

from .escrow_events import EVENT_PATTERNS
from .green_points_entry import TAKEN_BACK

PREFIX = "voucher_settlement"

FUNCTIONS = {
    "check_move(the_move integer)": ("void", """
DECLARE
    entry record;
    total numeric;
    paid numeric;
BEGIN
    SELECT id, name, state, escrow_event INTO entry FROM account_move WHERE id = the_move;
    IF entry.state IS DISTINCT FROM 'posted' THEN
        RETURN;
    END IF;
    SELECT SUM(l.balance), -SUM(l.balance) FILTER (WHERE a.escrow_role = 'escrow_bank') INTO total, paid
      FROM account_move_line l JOIN account_account a ON a.id = l.account_id
     WHERE l.move_id = the_move AND a.escrow_role IS NOT NULL;
    IF total IS NULL THEN
        RETURN;
    END IF;
    IF entry.escrow_event IS NULL THEN
        RAISE EXCEPTION 'Entry %: escrow accounts are only moved by the settlement centre.', entry.name
              USING ERRCODE = 'check_violation';
    END IF;
    IF total <> 0 THEN
        RAISE EXCEPTION 'Entry %: its lines on the rebate escrow add up to %, not to zero.', entry.name, total
              USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE l.move_id = the_move AND a.escrow_role IS NOT NULL AND l.balance <> 0
           AND NOT EXISTS (
               SELECT FROM (VALUES {patterns}) AS p (event, role, sign)
                WHERE p.event = entry.escrow_event AND p.role = a.escrow_role AND p.sign = SIGN(l.balance))
    ) THEN
        RAISE EXCEPTION 'Entry %: event % does not allow these escrow lines.', entry.name, entry.escrow_event
              USING ERRCODE = 'check_violation';
    END IF;
    IF entry.escrow_event IN ('reimburse', 'reimburse_reversal') AND NOT EXISTS (
        SELECT FROM voucher_reimbursement r
         WHERE r.move_id = the_move AND r.amount = paid
           AND r.state = CASE entry.escrow_event WHEN 'reimburse' THEN 'paid' ELSE 'returned' END
           AND r.amount = (
               SELECT -SUM(e.amount) FROM voucher_entry e JOIN voucher_hold h ON h.id = e.hold_id
                WHERE e.reimbursement_id = r.id AND e.kind IN ('redeem', 'restore')
                  AND h.state = 'captured' AND h.merchant_id = r.merchant_id)
    ) THEN
        RAISE EXCEPTION 'Entry %: no approved reimbursement of % stands behind it.', entry.name, paid
              USING ERRCODE = 'check_violation';
    END IF;
    IF entry.escrow_event = 'fund_reversal' AND paid IS DISTINCT FROM (
        SELECT -SUM(s.alloc_pool + s.alloc_shopping + s.alloc_reserve)
          FROM alliance_funding f JOIN alliance_qualified_sale s ON s.funding_id = f.id
         WHERE f.reversal_move_id = the_move AND s.kind = 'refund' AND s.state = 'funded'
    ) THEN
        RAISE EXCEPTION 'Entry %: no refunds of % stand behind it.', entry.name, paid
              USING ERRCODE = 'check_violation';
    END IF;
END"""),
    "move_changed()": ("trigger", """
BEGIN
    PERFORM {prefix}_check_move(NEW.id);
    RETURN NULL;
END"""),
    "line_changed()": ("trigger", """
BEGIN
    IF TG_OP <> 'INSERT'
       AND EXISTS (SELECT FROM account_account WHERE id = OLD.account_id AND escrow_role IS NOT NULL) THEN
        PERFORM {prefix}_check_move(OLD.move_id);
    END IF;
    IF TG_OP <> 'DELETE'
       AND EXISTS (SELECT FROM account_account WHERE id = NEW.account_id AND escrow_role IS NOT NULL) THEN
        PERFORM {prefix}_check_move(NEW.move_id);
    END IF;
    RETURN NULL;
END"""),
    "line_kept()": ("trigger", """
DECLARE
    kept text;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.account_id, OLD.move_id, OLD.balance, OLD.partner_id)
            IS NOT DISTINCT FROM (NEW.account_id, NEW.move_id, NEW.balance, NEW.partner_id) THEN
        RETURN NULL;
    END IF;
    SELECT name INTO kept FROM account_move
     WHERE state = 'posted' AND escrow_event IS NOT NULL
       AND (TG_OP <> 'INSERT' AND id = OLD.move_id OR TG_OP <> 'DELETE' AND id = NEW.move_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % of the settlement centre is posted and stays as it is.', kept
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END"""),
    "move_kept()": ("trigger", """
BEGIN
    IF TG_OP = 'DELETE' OR NEW.state <> 'posted' OR NEW.escrow_event IS DISTINCT FROM OLD.escrow_event THEN
        RAISE EXCEPTION 'Entry % of the settlement centre is posted and stays as it is.', OLD.name
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END"""),
    "role_changed()": ("trigger", """
BEGIN
    IF EXISTS (SELECT FROM account_move_line WHERE account_id = NEW.id) THEN
        RAISE EXCEPTION 'Account %: it has entries, so its escrow role cannot change any more.', NEW.id
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END"""),
    "dust_changed()": ("trigger", """
DECLARE
    unit numeric;
    total numeric;
    above bigint;
    freed bigint;
BEGIN
    SELECT power(10::numeric, -c.decimal_places) INTO unit
      FROM res_company o JOIN res_currency c ON c.id = o.currency_id WHERE o.id = NEW.company_id;
    SELECT SUM(dust_amount) INTO total FROM settlement_period WHERE company_id = NEW.company_id;
    above := ceil(total / unit) - NEW.number;
    IF above > 0 THEN
        -- no more rows are read than there are cents to explain
        SELECT COUNT(*) INTO freed FROM (
            SELECT 1 FROM green_points_entry WHERE {taken} AND cohort_id = ANY(ARRAY(
                SELECT id FROM green_points_cohort WHERE company_id = NEW.company_id))
             UNION ALL SELECT 1 FROM green_points_debt WHERE company_id = NEW.company_id
             UNION ALL SELECT 1 FROM alliance_holder_merge WHERE company_id = NEW.company_id
             LIMIT above) AS events;
        IF freed < above THEN
            RAISE EXCEPTION 'Period %: % in all is more than rounding: less than % for each settlement so far, for '
                  'each time that points were taken back, and for each merged contact.', NEW.number, total, unit
                  USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END"""),
    "correction_changed()": ("trigger", """
DECLARE
    there numeric;
    booked numeric;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'booked' AND (TG_OP = 'DELETE'
       OR (OLD.state, OLD.points_entry_id, OLD.voucher_entry_id, OLD.amount, OLD.maker_id, OLD.checker_id)
          IS DISTINCT FROM
          (NEW.state, NEW.points_entry_id, NEW.voucher_entry_id, NEW.amount, NEW.maker_id, NEW.checker_id)) THEN
        RAISE EXCEPTION 'Correction % is booked and stays as it is.', OLD.name USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' OR NEW.state <> 'booked' OR (TG_OP = 'UPDATE' AND OLD.state = 'booked') THEN
        RETURN NULL;
    END IF;
    -- the row is written, so that of two corrections at once the later one fails and is retried
    IF NEW.points_entry_id IS NOT NULL THEN
        UPDATE green_points_entry SET id = id WHERE id = NEW.points_entry_id RETURNING ABS(base) INTO there;
    ELSE
        UPDATE voucher_entry SET id = id WHERE id = NEW.voucher_entry_id RETURNING ABS(amount) INTO there;
    END IF;
    SELECT SUM(amount) INTO booked FROM ledger_correction
     WHERE state = 'booked'
       AND (points_entry_id = NEW.points_entry_id OR voucher_entry_id = NEW.voucher_entry_id);
    IF booked > there THEN
        RAISE EXCEPTION 'Correction %: corrections of % exceed the row, which is %.', NEW.name, booked, there
              USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END"""),
}

_WATCHED = "account_id, balance, move_id"

# name: (table, what comes before "ON table", what comes after it)
TRIGGERS = {
    "move_posted": (
        "account_move", "CONSTRAINT TRIGGER", "AFTER INSERT OR UPDATE OF state, escrow_event",
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'posted')", "move_changed"),
    "line_changed": (
        "account_move_line", "CONSTRAINT TRIGGER", f"AFTER INSERT OR DELETE OR UPDATE OF {_WATCHED}",
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW", "line_changed"),
    "line_kept": (
        "account_move_line", "TRIGGER", f"AFTER INSERT OR DELETE OR UPDATE OF {_WATCHED}, partner_id",
        "FOR EACH ROW", "line_kept"),
    "move_kept": (
        "account_move", "TRIGGER", "AFTER UPDATE OF state, escrow_event",
        "FOR EACH ROW WHEN (OLD.state = 'posted' AND OLD.escrow_event IS NOT NULL)", "move_kept"),
    "move_not_deleted": (
        "account_move", "TRIGGER", "AFTER DELETE",
        "FOR EACH ROW WHEN (OLD.state = 'posted' AND OLD.escrow_event IS NOT NULL)", "move_kept"),
    "role_kept": (
        "account_account", "TRIGGER", "AFTER UPDATE OF escrow_role",
        "FOR EACH ROW WHEN (OLD.escrow_role IS DISTINCT FROM NEW.escrow_role)", "role_changed"),
    "dust_bounds": (
        "settlement_period", "TRIGGER", "AFTER INSERT OR UPDATE OF dust_amount",
        "FOR EACH ROW WHEN (NEW.dust_amount > 0)", "dust_changed"),
    "correction_bounds": (
        "ledger_correction", "TRIGGER", "AFTER INSERT OR UPDATE OR DELETE", "FOR EACH ROW", "correction_changed"),
}


def install_guard(cr):
    """Create the functions and triggers, or renew them."""
    patterns = ", ".join(
        f"('{event}', '{role}', {sign})"
        for event, roles in EVENT_PATTERNS.items() for role, sign in roles.items())
    remove_guard(cr)
    for signature, (returned, body) in FUNCTIONS.items():
        body = body.replace("{patterns}", patterns).replace("{prefix}", PREFIX).replace("{taken}", TAKEN_BACK)
        _execute(cr, f"CREATE FUNCTION {PREFIX}_{signature} RETURNS {returned}"
                     f" AS $guard${body}$guard$ LANGUAGE plpgsql")
    for name, (table, kind, when, how, function) in TRIGGERS.items():
        _execute(cr, f"CREATE {kind} {PREFIX}_{name} {when} ON {table} {how}"
                     f" EXECUTE FUNCTION {PREFIX}_{function}()")


def remove_guard(cr):
    """Drop what :func:`install_guard` created."""
    for name, (table, *_definition) in TRIGGERS.items():
        _execute(cr, f"DROP TRIGGER IF EXISTS {PREFIX}_{name} ON {table}")
    for signature in reversed(FUNCTIONS):
        _execute(cr, f"DROP FUNCTION IF EXISTS {PREFIX}_{signature}")


def _execute(cr, statement):
    # statements are made of the constants above alone; "%" is plpgsql's here
    cr.execute(SQL(statement.replace("%", "%%")))
