from odoo import api, fields, models
from odoo.tools import SQL

from .voucher_kind import VOUCHER_KINDS


class VoucherEntry(models.Model):
    """Append-only voucher ledger; positive adds to the wallet, negative takes away.

    The amounts of a wallet's entries add up to its balance, those of a lot's entries to its
    remaining; the debt changes of a wallet's entries add up to its debt.
    """

    _name = "voucher.entry"
    _description = "Voucher Entry"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False
    _rec_names_search = ["wallet_id", "idempotency_key"]

    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="wallet_id.partner_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    lot_id = fields.Many2one("voucher.lot", readonly=True, index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        [("credit", "Released by Settlement"), ("grant", "Given with a Purchase"),
         ("redeem", "Spent"), ("restore", "Given Back by Refund"), ("expire", "Expired"),
         ("reinstate", "Expiry Corrected"),
         ("claw", "Taken Back"), ("owe", "Debt Incurred"), ("debt", "Debt Paid")],
        required=True, readonly=True)
    voucher_kind = fields.Selection(VOUCHER_KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    debt_change = fields.Monetary(
        required=True, readonly=True, default=0.0,
        help="Positive: taken back but spent already, so owed; negative: debt paid.")
    given_up = fields.Monetary(
        string="Given Up, Account Closed", readonly=True,
        help="It lapsed with a closed account. Below zero: of that, what was taken back later, so that it is not owed.")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    period_id = fields.Many2one("settlement.period", readonly=True, ondelete="restrict")
    hold_id = fields.Many2one("voucher.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", readonly=True, ondelete="restrict")
    qualified_sale_id = fields.Many2one("alliance.qualified.sale", readonly=True, ondelete="restrict")
    correction_id = fields.Many2one(
        "ledger.correction", readonly=True, index="btree_not_null", ondelete="restrict", groups="base.group_user",
        help="The correction that this event comes from.")
    idempotency_key = fields.Char(required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Aggregated journal entry that books this event.")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This voucher event has been recorded already.")
    _signs_fit_kind = models.Constraint(
        "CHECK (CASE"
        " WHEN kind IN ('credit', 'grant', 'restore', 'reinstate') THEN amount > 0 AND debt_change = 0"
        " WHEN kind = 'owe' THEN amount = 0 AND debt_change >= 0 AND (debt_change > 0 OR COALESCE(given_up, 0) < 0)"
        " WHEN kind = 'debt' THEN amount < 0 AND debt_change = amount"
        " ELSE amount < 0 AND debt_change = 0 END)",
        "The signs of a voucher entry must fit its kind.")
    _reinstate_named = models.Constraint(
        "CHECK (kind <> 'reinstate' OR correction_id IS NOT NULL)",
        "What had expired comes back by a correction alone.")
    _lot_named = models.Constraint(
        "CHECK (lot_id IS NOT NULL OR kind = 'owe')", "A voucher entry names its voucher.")
    _merchant_time_idx = models.Index("(merchant_id, date) WHERE kind IN ('redeem', 'restore')")
    _unposted_idx = models.Index(
        "(company_id, kind) WHERE move_id IS NULL AND kind NOT IN ('credit', 'grant', 'owe')")

    @api.depends("kind", "wallet_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = f"{kinds.get(entry.kind)} · {entry.partner_id.display_name}"

    def _get_event_label(self):
        """Return what this event is, for its holder to read."""
        self.ensure_one()
        # sudo: holders do not read corrections, but the text that was written for them
        text = self.sudo().correction_id.holder_text
        if text:
            return self.env._("Correction: %s", text)
        if self.kind == "owe" and not self.debt_change:
            return self.env._("Taken back; given up with the account before")
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def action_correct(self):
        """Open a new correction of this event (settlement maker)."""
        self.ensure_one()
        return self.env["ledger.correction"]._get_new_action(voucher_entry_id=self.id)

    def _get_kept_text(self):
        return self.env._("Voucher entries never change and are never deleted: corrections are new entries.")

    def _link_move(self, move):
        """Note the journal entry that books these events; only once for each of them."""
        if not self:
            return
        self.flush_model()
        self.env.execute_query(SQL(
            "UPDATE voucher_entry SET move_id = %s WHERE id IN %s AND move_id IS NULL",
            move.id, tuple(self.ids)))
        self.invalidate_recordset(["move_id"])
