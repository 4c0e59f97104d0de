from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents

from .escrow_events import ESCROW_EVENTS, EVENT_PATTERNS, SETTLEMENT_CENTRE


class AccountMove(models.Model):
    """Escrow accounts only move in entries that the settlement centre makes (see escrow.posting)."""

    _inherit = "account.move"

    escrow_event = fields.Selection(
        ESCROW_EVENTS, readonly=True, copy=False, index="btree_not_null",
        help="Set by the settlement centre on the entries that it makes itself.")

    # -- the mark ----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # what became of them: the event may also come by the context's or the user's own defaults
        if self.env.context.get("escrow_maker") is not SETTLEMENT_CENTRE and moves.filtered("escrow_event"):
            self._refuse_event()
        moves._check_escrow()
        return moves

    def write(self, vals):
        if "escrow_event" in vals:
            self._refuse_event()
        if "state" in vals and vals["state"] != "posted":
            self._check_escrow_kept()
        result = super().write(vals)
        if vals.get("state") == "posted":
            self._check_escrow()
        return result

    def _refuse_event(self):
        raise UserError(self.env._(
            "Escrow Event: only the settlement centre makes such entries."))

    # -- the equation --------------------------------------------------------------------------

    def _check_escrow(self):
        """Raise unless the escrow lines of each posted entry keep the escrow equation.

        PostgreSQL checks the same at the commit (escrow_guard); this says it earlier and better.
        """
        for move in self.sudo():  # sudo: the equation holds whatever the user may see
            if move.state != "posted":
                continue
            lines = move.line_ids.filtered(lambda line: line.account_id.escrow_role)
            if not lines:
                continue
            if not move.escrow_event:
                raise UserError(self.env._(
                    "%(move)s: %(accounts)s belong to the rebate escrow, which only the settlement"
                    " centre moves.", move=move.display_name,
                    accounts=", ".join(lines.account_id.mapped("display_name"))))
            currency = move.company_id.currency_id
            if total := sum(to_cents(line.balance, currency) for line in lines):
                raise UserError(self.env._(
                    "%(move)s: its lines on the rebate escrow add up to %(total)s cents, not to zero.",
                    move=move.display_name, total=total))
            pattern = EVENT_PATTERNS[move.escrow_event]
            for line in lines:
                if line.balance * pattern.get(line.account_id.escrow_role, 0) < 0 or (
                        line.balance and line.account_id.escrow_role not in pattern):
                    raise UserError(self.env._(
                        "%(move)s: the event “%(event)s” cannot move %(account)s this way.",
                        move=move.display_name, account=line.account_id.display_name,
                        event=self.env["escrow.posting"]._get_event_label(move.escrow_event)))

    # -- what posting costs --------------------------------------------------------------------

    def _compute_reconciled_payment_ids(self):
        """Ask only of entries that are reconciled with something.

        Odoo asks several times while it makes an entry, whatever it is for, by a query that may read
        the entries of all payments there are. The settlement centre's are not reconciled while it makes them.
        """
        if self.env.context.get("escrow_maker") is SETTLEMENT_CENTRE:
            self.reconciled_payment_ids = False
            return None
        self.env["account.move.line"].flush_model(["move_id"])
        self.env["account.partial.reconcile"].flush_model(["debit_move_id", "credit_move_id"])
        reconciled = self.browse(row[0] for row in self.env.execute_query(SQL(
            """SELECT DISTINCT l.move_id FROM account_move_line l
                WHERE l.move_id IN %s AND (
                      EXISTS (SELECT FROM account_partial_reconcile p WHERE p.debit_move_id = l.id)
                      OR EXISTS (SELECT FROM account_partial_reconcile p WHERE p.credit_move_id = l.id))""",
            tuple(self.ids) or (0,))))
        for move in self - reconciled:
            move.reconciled_payment_ids = move.matched_payment_ids
        return super(AccountMove, reconciled)._compute_reconciled_payment_ids() if reconciled else None

    def _message_log_batch(self, *args, **kwargs):
        if self.env.context.get("escrow_maker") is SETTLEMENT_CENTRE:
            # that it is secured goes without saying for each entry of a chained journal
            return self.env["mail.message"]
        return super()._message_log_batch(*args, **kwargs)

    # -- kept as they are ------------------------------------------------------------------------

    def _check_escrow_kept(self):
        """Raise when one of these is a posted entry of the settlement centre."""
        if kept := self.filtered(lambda move: move.escrow_event and move.state == "posted")[:1]:
            raise UserError(self.env._(
                "%s was made by the settlement centre and stays as it is. Corrections are new events"
                " there: a refund, a clawback or another reimbursement.", kept.display_name))

    def _check_draftable(self):
        self._check_escrow_kept()
        return super()._check_draftable()

    def button_cancel(self):
        self._check_escrow_kept()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_escrow_kept()
        return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_escrow(self):
        self._check_escrow_kept()

    # -- from entries to what they book ------------------------------------------------------------

    def _get_escrow_action(self):
        """Return the action that opens these entries; UserError when there are none yet."""
        if not self:
            raise UserError(self.env._("Nothing of this has been booked yet."))
        action = self.env["ir.actions.act_window"]._for_xml_id("voucher_settlement.escrow_move_action")
        if len(self) == 1:
            return {**action, "res_id": self.id, "view_mode": "form", "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", self.ids)]}

    def _get_escrow_sources(self):
        """Return ``{model: field}``: ledgers whose rows name the entry that books them."""
        return {
            "alliance.qualified.sale": ["earned_move_id", "funding_id.move_id", "funding_id.reversal_move_id"],
            "alliance.deposit.entry": ["move_id"],
            "voucher.entry": ["move_id"],
            "voucher.reimbursement": ["move_id"],
            "settlement.period": ["move_id", "dust_move_id"],
            "payout.batch": ["move_id", "ack_ids.move_ids"],
        }

    def action_open_escrow_source(self):
        """Open the sub-ledger rows that this entry books, under the caller's own rights."""
        self.ensure_one()
        for model, fnames in self._get_escrow_sources().items():
            domain = fields.Domain.OR([(fname, "=", self.id)] for fname in fnames)
            if self.env[model].search_count(domain, limit=1):
                return {
                    "type": "ir.actions.act_window", "res_model": model, "view_mode": "list,form",
                    "name": self.env["ir.model"]._get(model).name, "domain": list(domain)}
        raise UserError(self.env._("%s: nothing in the sub-ledgers names this entry.", self.display_name))
