from odoo import models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents


class SettlementPeriod(models.Model):
    """Rounding: what a settlement reserved above what its wallets can claim goes back to the pool."""

    _inherit = "settlement.period"

    def _return_dust(self):
        """Give back what no wallet can claim any more, once, when all are credited up to this period.

        What stays reserved is at least the exact Σ (earned − credited) of all wallets. Does nothing while a wallet
        is behind, or once a later period is settled: what that one released is no rounding but the wallets' own,
        and the next run of the job deals with both.
        """
        self.ensure_one()
        company = self.company_id
        self.lock_for_update(allow_referencing=True)
        self.env.flush_all()
        self.invalidate_recordset(["dust_returned"])
        if self.dust_returned:  # another job may have been here since it was read
            return
        # whether wallets are up to date, and with what, is asked of the very rows that are added up
        [[is_early, cents]] = self.env.execute_query(SQL(
            """SELECT EXISTS (SELECT FROM voucher_wallet WHERE company_id = %(company)s AND settled_number < %(number)s)
                      OR EXISTS (SELECT FROM settlement_period
                                  WHERE company_id = %(company)s AND state = 'settled' AND number > %(number)s),
                      trunc((
                          (SELECT SUM(released_amount - COALESCE(dust_amount, 0)) FROM settlement_period
                            WHERE company_id = %(company)s AND state = 'settled')
                        - (SELECT COALESCE(SUM(amount), 0) FROM voucher_entry
                            WHERE company_id = %(company)s AND kind = 'credit')
                        - (SELECT COALESCE(SUM(earned - credited), 0) FROM voucher_wallet
                            WHERE company_id = %(company)s)
                      ) * power(10::numeric, %(decimals)s))::bigint""",
            company=company.id, number=self.number, decimals=self.currency_id.decimal_places))
        if is_early:
            return
        move = self.env["account.move"]
        if cents:
            posting = self.env["escrow.posting"].sudo()  # sudo: a job
            posting._post_voucher_entries(company)  # what comes back was released before
            move = posting._post_event(
                "dust", company, [("vouchers_outstanding", cents), ("rebate_pool", -cents)], ref=self.name)
        self.write({"dust_amount": from_cents(cents, self.currency_id), "dust_move_id": move.id})
        self.search([
            ("company_id", "=", company.id), ("state", "=", "settled"), ("number", "<=", self.number),
            ("dust_returned", "=", False)]).write({"dust_returned": True})
