from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents

from .payout_source import Payable


class PayoutSource(models.AbstractModel):
    """Shareholders: each part of an approved dividend, in one payment."""

    _inherit = "payout.source"

    def _get_payable_dividend(self, company, ignored):
        rows = self.env.execute_query(SQL(
            """SELECT d.id FROM alliance_dividend_line d
                WHERE d.company_id = %(company)s AND d.state = 'approved' AND d.amount > 0
                  AND NOT EXISTS (SELECT FROM payout_line p
                       WHERE p.kind = 'dividend' AND p.origin_id = d.id AND p.state IN ('ready', 'sent', 'paid')
                         AND p.id NOT IN %(ignored)s)
             ORDER BY d.id""", company=company.id, ignored=tuple(ignored.ids) or (0,)))
        # sudo: see _get_payable
        lines = self.env["alliance.dividend.line"].sudo().browse([line_id for line_id, in rows])
        return [
            Payable("dividend", line.partner_id, to_cents(line.amount, line.currency_id), line,
                    self._get_dividend_account(line), line.dividend_id.name, once=True)
            for line in lines]

    def _get_dividend_account(self, line):
        """Return the account on which the dividend's entry booked the debt."""
        owed = line.dividend_id.move_id.line_ids.filtered(
            lambda item: item.partner_id == line.partner_id and item.credit)
        return owed[:1].account_id or line.company_id.dividend_payable_account_id


class AllianceDividend(models.Model):
    """A dividend of which something is paid, or on its way, is not taken back."""

    _inherit = "alliance.dividend"

    def _check_reversible(self):
        super()._check_reversible()
        # sudo: approvers of dividends do not see payouts
        claimed = self.env["payout.line"].sudo().search([
            ("kind", "=", "dividend"), ("origin_id", "in", self.line_ids.ids),
            ("state", "in", ("ready", "sent", "paid"))], limit=1)
        if claimed:
            raise UserError(self.env._(
                "%(partner)s's part is in payout %(batch)s: leave it out there first. What is paid is not reversed.",
                partner=claimed.partner_id.name, batch=claimed.batch_id.name))
