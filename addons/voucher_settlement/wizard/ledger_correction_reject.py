from odoo import fields, models


class LedgerCorrectionReject(models.TransientModel):
    """A checker rejects corrections, with a reason that the maker reads."""

    _name = "ledger.correction.reject"
    _description = "Reject Corrections"

    correction_ids = fields.Many2many("ledger.correction", string="Corrections", readonly=True)
    answer = fields.Text(string="Reason", required=True, help="The maker reads this.")

    def action_reject(self):
        """Do it (checker).

        :raise UserError: one of them is not waiting for approval, or is the user's own
        """
        self.ensure_one()
        self.correction_ids._reject(self.answer)
        return {"type": "ir.actions.act_window_close"}
