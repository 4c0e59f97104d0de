from base64 import b64decode

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..models.payout_batch import CHECKER, MAKER


class EscrowBankImport(models.TransientModel):
    """Imports statements of the escrow's bank account: camt.053 or CSV."""

    _name = "escrow.bank.import"
    _description = "Import of Escrow Bank Statements"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        """Import the file, compare, and show the result (maker or checker).

        :raise UserError: says which statement or line is not right; nothing is imported then
        """
        self.ensure_one()
        if not any(self.env.user.has_group(group) for group in (MAKER, CHECKER)):
            raise AccessError(self.env._("Only settlement makers and checkers may do this."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("%s is not one of your companies.", self.company_id.sudo().name))
        content = b64decode(self.file or b"")
        if not content:
            raise UserError(self.env._("File: choose the bank's statement."))
        # sudo: statements are append-only for everybody
        self.env["escrow.bank.statement"].sudo()._take_in(self.company_id, content, self.filename or "-")
        record = self.env["escrow.reconciliation"].sudo()._reconcile(self.company_id)
        record._raise_alarm()
        return {
            "type": "ir.actions.act_window", "name": self.env._("Escrow Reconciliation"),
            "res_model": "escrow.reconciliation", "res_id": record.id, "view_mode": "form",
            "views": [(False, "form")], "target": "current"}
