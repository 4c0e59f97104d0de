from odoo import models
from odoo.exceptions import UserError

from ..tools.split import SplitError


class AllianceContract(models.Model):
    """No contract is sent, or comes into force, whose concession the provider would not split off."""

    _inherit = "alliance.contract"

    def _send_to_sign(self):
        self._check_split_cap()
        return super()._send_to_sign()

    def _activate(self, signed_by, **evidence):
        self._check_split_cap()  # a paper one was never sent, and what may be split off may be less since it was
        return super()._activate(signed_by, **evidence)

    def _check_split_cap(self):
        """Raise UserError if a rate is above what the provider splits; without an answer a note says so."""
        self.ensure_one()
        merchant = self.merchant_id
        if not self.line_ids or not merchant._get_split_provider():
            return
        try:
            cap = merchant._refresh_split_cap()
        except SplitError as error:
            self.message_post(body=self.env._(
                "The provider did not tell what may be split off this merchant's payments: %s", error))
            return
        rate = self._get_highest_rate()
        if rate > cap:
            raise UserError(self.env._(
                "%(name)s: a concession of %(rate)s %% (the platform's part included) cannot be split at the source:"
                " the provider splits at most %(cap)s %% off payments of %(merchant)s. Lower the rate, or have the"
                " merchant raise it in its account with the provider.",
                name=self.name, rate=f"{rate:g}", cap=f"{cap:g}", merchant=merchant.name))

    def _get_highest_rate(self):
        """Return the highest concession of these contracts in per cent, 0 without any."""
        return max(self.line_ids.mapped("rate"), default=0.0)
