from odoo import api, fields, models
from odoo.exceptions import UserError

from .settlement_period import CHECKER


class SettlementPeriod(models.Model):
    """A settled period is published: anybody may check it from then on."""

    _inherit = "settlement.period"

    publication_ids = fields.One2many("settlement.publication", "period_id", readonly=True)
    is_published = fields.Boolean(
        string="Published", compute="_compute_is_published", search="_search_is_published",
        help="Its figures are on the website, for anybody to check.")

    @api.depends("publication_ids")
    def _compute_is_published(self):
        for period in self:
            period.is_published = bool(period.publication_ids)

    def _search_is_published(self, operator, value):
        if operator != "in":
            return NotImplemented
        return fields.Domain("publication_ids", "!=" if True in value else "=", False)

    def action_publish(self):
        """Show the figures of this settled period, and of those before it, to everybody (checker).

        :raise UserError: it is not settled, or published already
        """
        period = self._start_step(CHECKER, "settled")
        if period.is_published:
            raise UserError(self.env._("%s is published already.", period.name))
        periods = period.search([
            ("company_id", "=", period.company_id.id), ("state", "=", "settled"), ("number", "<=", period.number),
            ("publication_ids", "=", False)])
        self.env["settlement.publication"]._publish(periods)

    def action_open_publication(self):
        """Open the page that everybody sees."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/settlements/{self.number}", "target": "new"}
