from odoo import api, fields, models
from odoo.exceptions import UserError

from .escrow_events import ESCROW_TOKEN, EVENT_PATTERNS

ESCROW_EVENTS = [
    ("earned", "Concession Earned"),
    ("deposit", "Merchant Deposit"),
    ("funded", "Concession Funded and Swept"),
    ("fund_reversal", "Concession Returned"),
    ("release", "Settlement"),
    ("redeem", "Redemption"),
    ("redeem_reversal", "Redemption Taken Back"),
    ("reimburse", "Reimbursement"),
    ("expire", "Expiry"),
    ("claw", "Clawback"),
    ("dust", "Rounding Returned"),
    ("reject", "Rejected Reward Returned"),
]


class AccountMove(models.Model):
    """Nothing but the settlement centre posts to the rebate escrow, and its entries stay."""

    _inherit = "account.move"

    escrow_event = fields.Selection(
        ESCROW_EVENTS, readonly=True, copy=False, index="btree_not_null",
        help="Set by the settlement centre on the entries that it makes itself.")

    def _is_settlement_centre(self):
        return self.env.context.get("escrow_token") is ESCROW_TOKEN

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("escrow_event") for vals in vals_list) and not self._is_settlement_centre():
            raise UserError(self.env._("Only the settlement centre makes entries with an escrow event."))
        moves = super().create(vals_list)
        moves.filtered(lambda move: move.state == "posted")._check_escrow()
        return moves

    def write(self, vals):
        if not self._is_settlement_centre():
            if "escrow_event" in vals:
                raise UserError(self.env._("Only the settlement centre sets an escrow event."))
            if {"state", "line_ids", "journal_id", "date"} & set(vals) and any(self.mapped("escrow_event")):
                raise UserError(self.env._(
                    "An entry of the settlement centre stays as it is; corrections are new entries of its own."))
        result = super().write(vals)
        if vals.get("state") == "posted" or "line_ids" in vals:
            self.filtered(lambda move: move.state == "posted")._check_escrow()
        return result

    def unlink(self):
        if any(self.mapped("escrow_event")):
            raise UserError(self.env._("An entry of the settlement centre cannot be deleted."))
        return super().unlink()

    def button_draft(self):
        self._refuse_escrow_change()
        return super().button_draft()

    def button_cancel(self):
        self._refuse_escrow_change()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._refuse_escrow_change()
        return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    def _refuse_escrow_change(self):
        if any(self.mapped("escrow_event")):
            raise UserError(self.env._(
                "Entries of the settlement centre are not reset, cancelled or reversed by hand:"
                " correct what they book (refund, clawback), and the correction books itself."))

    def _check_escrow(self):
        """Check the escrow equation on posted entries; PostgreSQL checks it again at commit.

        :raise UserError: naming the entry and what is wrong with it
        """
        for move in self.sudo():  # sudo: the equation holds whatever the user may see
            lines = move.line_ids.filtered(lambda line: line.account_id.escrow_role)
            if not lines:
                continue
            if not move.escrow_event:
                raise UserError(self.env._(
                    "%(entry)s uses %(account)s of the rebate escrow. Only the settlement centre posts there;"
                    " choose another account.",
                    entry=move.display_name, account=lines[0].account_id.display_name))
            if not move.company_currency_id.is_zero(sum(lines.mapped("balance"))):
                raise UserError(self.env._(
                    "%s: its lines on the rebate escrow do not add up to zero.", move.display_name))
            allowed = EVENT_PATTERNS[move.escrow_event]
            for line in lines.filtered("balance"):
                if allowed.get(line.account_id.escrow_role) != (1 if line.balance > 0 else -1):
                    raise UserError(self.env._(
                        "%(entry)s: %(event)s does not allow this on %(account)s.", entry=move.display_name,
                        event=move.escrow_event, account=line.account_id.display_name))
