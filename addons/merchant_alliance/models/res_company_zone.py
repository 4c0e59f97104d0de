from odoo import fields, models


class ResCompany(models.Model):
    """The company's days and months: money is dated by them, whoever is at work and wherever the server stands."""

    _inherit = "res.company"

    def _get_zone(self):
        """Return the name of the time zone in which the company's days begin: its contact's, else UTC.

        UTC, too, where no company is known yet, as in a form that has just been opened.
        """
        # sudo: merchants and shoppers may not read the company's contact. Nothing else of both is read
        return self.sudo().with_context(prefetch_fields=False).partner_id.tz or "UTC"

    def _get_day(self, moment=None):
        """Return the ``date`` that it is for the company at ``moment`` (naive UTC; now, if None)."""
        zone = self.with_context(tz=self._get_zone())
        return fields.Datetime.context_timestamp(zone, moment or fields.Datetime.now()).date()
