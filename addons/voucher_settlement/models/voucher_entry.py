from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .voucher_kind import VOUCHER_KINDS


class VoucherEntry(models.Model):
    """Append-only voucher ledger; positive adds to the wallet, negative takes away.

    The amounts of a wallet's entries add up to its balance, those of a lot's entries to its
    remaining; the debt changes of a wallet's entries add up to its debt.
    """

    _name = "voucher.entry"
    _description = "Voucher Entry"
    _order = "id desc"
    _log_access = False

    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="wallet_id.partner_id")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    lot_id = fields.Many2one("voucher.lot", readonly=True, index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        [("credit", "Released by Settlement"), ("grant", "Given with a Purchase"),
         ("redeem", "Spent"), ("restore", "Given Back by Refund"), ("expire", "Expired"),
         ("claw", "Taken Back"), ("owe", "Debt Incurred"), ("debt", "Debt Paid")],
        required=True, readonly=True)
    voucher_kind = fields.Selection(VOUCHER_KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    debt_change = fields.Monetary(
        required=True, readonly=True, default=0.0,
        help="Positive: taken back but spent already, so owed; negative: debt paid.")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    period_id = fields.Many2one("settlement.period", readonly=True, ondelete="restrict")
    hold_id = fields.Many2one("voucher.hold", readonly=True, index="btree_not_null", ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", readonly=True, ondelete="restrict")
    qualified_sale_id = fields.Many2one("alliance.qualified.sale", readonly=True, ondelete="restrict")
    idempotency_key = fields.Char(required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Aggregated journal entry that books this event.")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This voucher event has been recorded already.")
    _signs_fit_kind = models.Constraint(
        "CHECK (CASE"
        " WHEN kind IN ('credit', 'grant', 'restore') THEN amount > 0 AND debt_change = 0"
        " WHEN kind = 'owe' THEN amount = 0 AND debt_change > 0"
        " WHEN kind = 'debt' THEN amount < 0 AND debt_change = amount"
        " ELSE amount < 0 AND debt_change = 0 END)",
        "The signs of a voucher entry must fit its kind.")
    _lot_named = models.Constraint(
        "CHECK (lot_id IS NOT NULL OR kind = 'owe')", "A voucher entry names its voucher.")
    _merchant_time_idx = models.Index("(merchant_id, date) WHERE kind IN ('redeem', 'restore')")
    _unposted_idx = models.Index(
        "(company_id, kind) WHERE move_id IS NULL AND kind NOT IN ('credit', 'grant', 'owe')")

    def write(self, vals):
        raise UserError(self.env._(
            "Voucher entries are never changed (%s): corrections are new entries.", ", ".join(vals)))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Voucher entries are never deleted: corrections are new entries."))

    def _link_move(self, move):
        """Note the journal entry that books these events; only once for each of them."""
        if not self:
            return
        self.flush_model()
        self.env.execute_query(SQL(
            "UPDATE voucher_entry SET move_id = %s WHERE id IN %s AND move_id IS NULL",
            move.id, tuple(self.ids)))
        self.invalidate_recordset(["move_id"])
