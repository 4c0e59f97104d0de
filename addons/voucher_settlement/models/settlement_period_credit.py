from odoo import api, fields, models
from odoo.tools import SQL

from .voucher_wallet_credit import BESIDE

CREDITING = "voucher_settlement.ir_cron_credit_wallets"


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
                period.credit_progress = 100.0 if period.dust_returned else period._get_credit_progress()

    def _get_credit_progress(self):
        """Return the per cent of wallets credited since this settlement, as the jobs report it: no wallet is read.

        What is left is what the main job counted when it last began, less what it has done since. It is the job's,
        of whatever company it works for just now.
        """
        self.ensure_one()
        main, beside = map(self.env["ir.model.data"]._xmlid_to_res_id, (CREDITING, BESIDE))
        [(done, left)] = self.env.execute_query(SQL(
            """SELECT COALESCE(SUM(done), 0),
                      (array_agg(remaining ORDER BY id DESC)
                       FILTER (WHERE cron_id = %(main)s AND done + remaining > 0))[1]
                 FROM ir_cron_progress WHERE cron_id IN %(jobs)s AND create_date >= %(since)s""",
            main=main, jobs=(main, beside), since=self.settled_at))
        return 100.0 * done / (done + (left or 0)) if done else 0.0

    def _has_wallets_behind(self):
        """Whether a wallet was not credited up to this period yet."""
        self.env.flush_all()
        [[behind]] = self.env.execute_query(SQL(
            "SELECT EXISTS (SELECT FROM voucher_wallet WHERE company_id = %s AND settled_number < %s)",
            self.company_id.id, self.number))
        return behind
