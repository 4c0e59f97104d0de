from odoo import models
from odoo.exceptions import UserError


class PayoutBatch(models.Model):
    """What the bank answers, line by line."""

    _inherit = "payout.batch"

    def _acknowledge(self, answers, ack=None):
        """Take in the bank's answers; what was answered the same before changes nothing.

        :param answers: list of ``(payout.line, "paid" or "failed", reason, bank's reference, date or None)``
        :param ack: ``payout.ack`` that they came with
        :return: the lines that changed
        :raise UserError: an answer contradicts an earlier one
        """
        self.ensure_one()
        self.env["payout.line"].union(*(answer[0] for answer in answers)).lock_for_update()
        fresh = [answer for answer in answers if answer[0].state != answer[1]]
        for line, state, *_rest in fresh:
            if line.state != "sent":
                raise UserError(self.env._(
                    "%(line)s is “%(state)s” already; the bank's answer “%(answer)s” contradicts that.",
                    line=line.name, state=self._get_label(line.state), answer=self._get_label(state)))
        today = self.company_id._get_day()
        moves = self.env["account.move"]
        for wanted, event, counterpart in (
                ("paid", "payout_paid", "operating_bank"), ("failed", "payout_failed", "account_id")):
            lines = self.env["payout.line"]
            for line, state, reason, reference, day in fresh:
                if state == wanted:
                    line.write({
                        "state": state, "reason": reason or False, "bank_reference": reference or False,
                        "paid_on": (day or today) if state == "paid" else False})
                    lines |= line
            if lines:
                move = self._post_lines(event, lines, counterpart, -1)
                if wanted == "failed":
                    self.env["payout.source"]._after_failed(lines, move)
                self._tell(wanted, lines)
                moves |= move
        if ack:
            ack.move_ids = moves
        if self.state == "sent" and all(line.state != "sent" for line in self.line_ids):
            self._write_step(state="done")
        return self.env["payout.line"].union(*(answer[0] for answer in fresh))

    def _tell(self, state, lines):
        """Let the payees know."""
        template = self.env.ref(f"voucher_settlement.mail_template_payout_{state}", raise_if_not_found=False)
        if template and (told := lines.filtered("partner_id.email")):
            template.send_mail_batch(told.ids)

    def _get_label(self, state):
        return dict(self.env["payout.line"]._fields["state"]._description_selection(self.env))[state]
