from odoo import models

from .payout_source import Payable


class PayoutSource(models.AbstractModel):
    """Promoters: what their commissions add up to; later refunds are taken off."""

    _inherit = "payout.source"

    def _get_sources(self):
        return {**super()._get_sources(), "commission": "_get_payable_commission"}

    def _get_payable_commission(self, company, ignored):
        balances = self.env["promoter.commission"]._get_payable_cents(company)
        claimed = set(self.env["payout.line"].search([
            ("kind", "=", "commission"), ("company_id", "=", company.id), ("state", "in", ("ready", "sent")),
            ("id", "not in", ignored.ids)]).mapped("origin_id"))
        return [
            Payable(
                "commission", promoter.partner_id, cents, promoter, "commission_payable", company.name,
                reason=self.env._("An earlier payout is not finished; this is what came after it.")
                if promoter.id in claimed else "")
            for promoter, cents in balances.items()]


class PayoutBatch(models.Model):
    """What is sent to promoters leaves the ledger of commissions, and comes back to it when the bank refuses."""

    _inherit = "payout.batch"

    def _post_lines(self, event, lines, counterpart, sign):
        move = super()._post_lines(event, lines, counterpart, sign)
        commissions = self.env["promoter.commission"]
        for line in lines.filtered(lambda line: line.kind == "commission"):
            key = f"payout.line,{line.id}"
            if event == "payout":
                promoter = self.env["alliance.promoter"].browse(line.origin_id)
                commissions._mark_paid(promoter, line._get_cents(), key, move)
            elif event == "payout_failed":
                commissions._unmark_paid(key, move)
        return move
