from odoo import models
from odoo.exceptions import UserError

from ..tools.amount import parse_amount
from ..tools.money import to_cents


class AllianceMerchant(models.Model):
    """What of a deposit can be topped up online."""

    _inherit = "alliance.merchant"

    def _may_top_up(self):
        """Whether this merchant pays concessions from a deposit and can pay into it online."""
        self.ensure_one()
        return self.funding_method == "deposit" and not self.is_platform and self.state in ("active", "suspended")

    def _get_topup_limits(self):
        """Return (least, most) that is topped up at once, in cents of the company's currency."""
        company = self.sudo().company_id  # sudo: merchants may not read the company
        return tuple(to_cents(amount, company.currency_id) for amount in (
            company.alliance_topup_min, company.alliance_topup_max))

    def _parse_topup(self, amount):
        """Return an amount that a client has sent in cents.

        :param float amount: currency units
        :raise UserError: no amount, outside the limits, or this merchant has no deposit to pay into
        """
        self.ensure_one()
        if not self._may_top_up():
            raise UserError(self.env._("%s does not pay its concessions from a deposit.", self.name))
        cents = parse_amount(self.env, amount, self.currency_id)
        least, most = self._get_topup_limits()
        if not least <= cents <= most:
            company = self.sudo().company_id  # sudo: see _get_topup_limits
            raise UserError(self.env._(
                "Amount: from %(least)s to %(most)s can be topped up at once.",
                least=self.currency_id.format(company.alliance_topup_min),
                most=self.currency_id.format(company.alliance_topup_max)))
        return cents
