from odoo import api, models
from odoo.tools import SQL

# kind of voucher entry: (event, debit role, credit role) for what leaves (or comes back to) wallets
VOUCHER_EVENTS = {
    "redeem": ("redeem", "vouchers_outstanding", "redeemed_due"),
    "restore": ("redeem_reversal", "redeemed_due", "vouchers_outstanding"),
    "expire": ("expire", "vouchers_outstanding", "rebate_pool"),
    "reinstate": ("reinstate", "rebate_pool", "vouchers_outstanding"),
    "claw": ("claw", "vouchers_outstanding", "rebate_pool"),
    "debt": ("claw", "vouchers_outstanding", "rebate_pool"),
}

UNBOOKED = "company_id = %(company)s AND move_id IS NULL AND kind NOT IN ('credit', 'grant', 'owe')"


class EscrowPosting(models.AbstractModel):
    """Voucher events, booked in aggregate per kind, merchant and day."""

    _inherit = "escrow.posting"

    @api.model
    def _post_voucher_entries(self, company, *batches):
        """Book releases, and voucher entries that live on them, that are not booked yet; a second call books nothing.

        Wallets are credited with releases by the job that follows. What merchants were reimbursed for and have given
        back by now returns to the escrow.

        :param batches: what else to book with them, as :meth:`_post_rows` takes it
        :return: the moves made, without those of returns
        """
        releases, vouchers = self._prepare_release_batch(company), self._prepare_voucher_batch(company)
        moves = self._post_rows(company, [releases, *batches, vouchers])
        if releases[2]:
            self.env.ref("voucher_settlement.ir_cron_credit_wallets")._trigger()
        if given_back := [ids[0] for spec, ids in vouchers[2] if spec["event"] == "redeem_reversal"]:
            entries = self.env["voucher.entry"].sudo().browse(given_back)  # sudo: a job of the books
            self.env["voucher.reimbursement"]._return_given_back(entries.merchant_id)
        return moves

    def _prepare_voucher_batch(self, company):
        """Return the voucher entries not booked yet, as :meth:`_post_rows` takes them."""
        self.env["voucher.entry"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT kind, merchant_id, (date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                      array_agg(id), SUM(ABS(amount))::text
                 FROM voucher_entry WHERE """ + UNBOOKED + """
             GROUP BY kind, merchant_id, day ORDER BY day, merchant_id, kind""",
            company=company.id, zone=company._get_zone()))
        return "voucher.entry", "move_id", [
            (self._prepare_voucher_spec(company, kind, merchant_id, day, amount), ids)
            for kind, merchant_id, day, ids, amount in rows]

    def _prepare_voucher_spec(self, company, kind, merchant_id, day, amount):
        """Return the event for the voucher entries of one kind, merchant and day."""
        event, debit, credit = VOUCHER_EVENTS[kind]
        cents = self._to_cents(amount, company)
        merchant = self.env["alliance.merchant"].sudo().browse(merchant_id)  # sudo: a job of the books
        return {
            "event": event, "date": day, "ref": merchant.name, "partner": merchant.partner_id,
            "lines": [(debit, cents), (credit, -cents)]}
