from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class VoucherLot(models.Model):
    """Holders are told by mail before vouchers expire: once for each last day, all vouchers in one mail."""

    _inherit = "voucher.lot"

    reminded_for = fields.Date(
        readonly=True, copy=False,
        help="Last day of which the holder was reminded; a later last day is reminded of anew.")

    @api.model
    def _cron_remind(self, chunk=500):
        """Remind the holders of vouchers that expire within the company's days; commits per chunk when run by cron.

        :return: number of wallets dealt with
        """
        wallets = self.env["voucher.wallet"].sudo()  # sudo: a job; nobody may write vouchers
        return wallets._run_by_company(
            lambda company: SQL(
                """voucher_wallet w WHERE %s > 0 AND w.company_id = %s AND EXISTS (
                       SELECT FROM voucher_lot l WHERE l.wallet_id = w.id AND l.remaining > l.held
                          AND l.expires_on BETWEEN %s AND %s AND l.reminded_for IS DISTINCT FROM l.expires_on)""",
                company.voucher_reminder_days, company.id, *self._get_reminder_days(company)),
            SQL("w.id"), SQL("w.id"), chunk, lambda ids: wallets.browse(ids)._remind())

    @api.model
    def _get_reminder_days(self, company):
        """Return today and the last day (``date``) up to which expiring vouchers are reminded of."""
        today = company._get_day()
        return today, today + timedelta(days=company.voucher_reminder_days)


class VoucherWallet(models.Model):
    _inherit = "voucher.wallet"

    def _remind(self):
        """Note that these wallets' holders (one company) are reminded, and mail those who have an address."""
        expiring = self._search_expiring()
        expiring.flush_recordset()
        self.env.execute_query(SQL(
            "UPDATE voucher_lot SET reminded_for = expires_on WHERE id IN %s", tuple(expiring.ids)))
        expiring.invalidate_recordset(["reminded_for"])
        template = self.env.ref("voucher_settlement.mail_template_voucher_expiry", raise_if_not_found=False)
        if template and (told := self.filtered("partner_id.email")):
            template.send_mail_batch(told.ids)

    def _get_portal_path(self):
        """Return the address of the page on which the holder sees these vouchers: a shop's are its owners' to see."""
        shop = self.env["alliance.merchant"].sudo().search([  # sudo: a job writes the mail
            ("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)], limit=1)
        return f"/my/store/{shop.id}/vouchers" if shop and not shop.is_platform else "/my/green-points"

    def _search_expiring(self):
        today, last = self.env["voucher.lot"]._get_reminder_days(self.company_id)
        return self.env["voucher.lot"].search([
            ("wallet_id", "in", self.ids), ("remaining", ">", 0), ("expires_on", ">=", today),
            ("expires_on", "<=", last)])

    def _get_expiring(self):
        """Return what can be spent of the vouchers that expire soon: ``[(last day, amount)]``, the first day first."""
        amounts = defaultdict(int)
        for lot in self._search_expiring():
            amounts[lot.expires_on] += lot._get_free_cents()
        places = 10 ** self.currency_id.decimal_places
        return [(day, cents / places) for day, cents in sorted(amounts.items()) if cents]
