from odoo import api, fields, models
from odoo.tools import SQL


class SettlementPeriod(models.Model):
    """After a settlement: its wallets are credited."""

    _inherit = "settlement.period"

    credit_progress = fields.Float(
        string="Wallets Credited", compute="_compute_credit_progress", digits=(5, 1),
        help="How far the job is that credits wallets, in per cent. Holders who open their wallets do not wait for it.")

    @api.depends("state", "dust_returned")
    def _compute_credit_progress(self):
        for period in self:
            period.credit_progress = 0.0
            if period.state == "settled":
                period.credit_progress = 100.0 if period.dust_returned else (
                    self.env["settlement.crediting"]._get_progress(period))

    def _count_behind(self):
        """Return how many wallets were not credited up to this period yet; reads all of them."""
        self.env.flush_all()
        [[count]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM voucher_wallet WHERE company_id = %s AND settled_number < %s",
            self.company_id.id, self.number))
        return count

    def _has_wallets_behind(self):
        """Whether a wallet was not credited up to this period yet; reads past all that were."""
        self.env.flush_all()
        [[behind]] = self.env.execute_query(SQL(
            "SELECT EXISTS (SELECT FROM voucher_wallet WHERE company_id = %s AND settled_number < %s)",
            self.company_id.id, self.number))
        return behind
