from base64 import b64decode

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.payout_batch import CHECKER


class PayoutAckImport(models.TransientModel):
    """Takes in the bank's answer to a payout: a pain.002 or CSV file."""

    _name = "payout.ack.import"
    _description = "Bank's Answer to a Payout"

    batch_id = fields.Many2one("payout.batch", required=True, readonly=True, ondelete="cascade")
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        """Acknowledge the payout's lines as the file says, all or none (checker, not the batch's maker: anybody can
        write such a file, and what failed is paid again).

        :raise UserError: names the line of the file that is not right
        """
        self.ensure_one()
        batch = self.batch_id._start_step(CHECKER, "sent", "done")
        batch._check_second_person()
        content = b64decode(self.file or b"")
        if not content:
            raise UserError(self.env._("File: choose the bank's answer."))
        ack = batch.env["payout.ack"]._take_in(batch, content, self.filename)
        return {
            "type": "ir.actions.client", "tag": "display_notification", "params": {
                "type": "success", "next": {"type": "ir.actions.act_window_close"}, "message": self.env._(
                    "%(paid)s paid, %(failed)s failed, %(pending)s still on the way.", paid=ack.paid_count,
                    failed=ack.failed_count, pending=ack.pending_count)}}
