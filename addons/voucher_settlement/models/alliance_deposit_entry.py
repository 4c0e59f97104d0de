from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import to_cents


class AllianceDepositEntry(models.Model):
    _inherit = "alliance.deposit.entry"

    move_id = fields.Many2one("account.move", readonly=True, ondelete="restrict")

    def _after_recorded(self):
        """Book money that came in or was paid back; what a funding draws is booked with it."""
        super()._after_recorded()
        posting = self.env["escrow.posting"].sudo()  # sudo: operators have no accounting rights
        for entry in self.filtered(lambda e: e.kind != "funding" and not e.move_id):
            cents = to_cents(entry.amount, entry.currency_id)
            entry.move_id = posting._post_event(
                "deposit", entry.company_id, [("operating_bank", cents), ("merchant_deposit", -cents)],
                date=entry.date, ref=entry.reference or entry.merchant_id.name,
                partner=entry.merchant_id.partner_id)
