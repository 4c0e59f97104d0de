from odoo import api, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents

UNEARNED = "s.company_id = %(company)s AND s.earned_move_id IS NULL AND s.concession_amount <> 0"


class EscrowPosting(models.AbstractModel):
    """Concessions: earned per merchant and day, then funded and swept into escrow."""

    _inherit = "escrow.posting"

    # -- earned ------------------------------------------------------------------------------

    @api.model
    def _post_concessions_earned(self, company):
        """Book concessions that are not booked yet as earned; a second call books nothing.

        One entry per merchant and day (the company's), another one for the day's refunds. What a
        policy does not divide is platform fee. What was refunded whole before it was funded is booked like
        everything else, on the days of both: books and statements say the same on every day.

        :return: the moves made
        """
        return self._post_rows(company, [self._prepare_earned_batch(company)])

    def _prepare_earned_batch(self, company):
        """Return the concessions not booked yet, as :meth:`_post_rows` takes them."""
        self.env["alliance.qualified.sale"].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT s.merchant_id, (s.sale_datetime AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                      s.kind, array_agg(s.id), SUM(s.concession_amount)::text,
                      SUM(COALESCE(s.alloc_pool + s.alloc_shopping + s.alloc_reserve, 0))::text,
                      SUM(COALESCE(s.alloc_commission, 0))::text
                 FROM alliance_qualified_sale s WHERE """ + UNEARNED + """
             GROUP BY s.merchant_id, day, s.kind ORDER BY day, s.merchant_id, s.kind DESC""",
            company=company.id, zone=company._get_zone()))
        batch = []
        for merchant_id, day, _kind, ids, *amounts in rows:
            merchant = self.env["alliance.merchant"].sudo().browse(merchant_id)  # sudo: a job of the books
            total, transit, commission = (self._to_cents(amount, company) for amount in amounts)
            batch.append(({
                "event": "earned", "date": day, "ref": merchant.name, "partner": merchant.partner_id,
                "lines": self._prepare_earned_lines(merchant, total, transit, commission)}, ids))
        return "alliance.qualified.sale", "earned_move_id", batch

    def _prepare_earned_lines(self, merchant, total, transit, commission):
        """Return the lines of a concession of ``total`` cents; the merchant owes it, or the own mall bears it."""
        return [
            ("concession_expense" if merchant.is_platform else "merchant_clearing", total),
            ("concession_transit", -transit),
            ("commission_payable", -commission),
            ("platform_fee", -(total - transit - commission)),
        ]

    # -- funded ------------------------------------------------------------------------------

    @api.model
    def _post_funding(self, funding):
        """Book a funding: who pays, and what is swept into escrow or comes back from it; once."""
        company = funding.company_id
        sales = funding.qualified_sale_ids.filtered(lambda sale: sale.kind == "sale")
        refunds = funding.qualified_sale_ids - sales
        common = {"date": funding.date, "ref": funding.name, "partner": funding.merchant_id.partner_id}
        if sales and not funding.move_id:
            funding.move_id = self._post_event("funded", company, [
                *self._prepare_payer_lines(funding, sales), *self._prepare_swept_lines(sales)], **common)
        if refunds and not funding.reversal_move_id:
            self._post_event("fund_reversal", company, [
                *self._prepare_payer_lines(funding, refunds), *self._prepare_returned_lines(refunds)],
                backing=funding, **common)

    def _prepare_payer_lines(self, funding, sales):
        """The prepaid deposit pays what the merchant owes.

        What the platform collected itself stays in clearing: it owes the merchant that much more
        of the collected payments, and the merchant's statement nets both.
        """
        if funding.method != "deposit":
            return []
        total = sum(to_cents(amount, funding.currency_id) for amount in sales.mapped("concession_amount"))
        return [("merchant_deposit", total), ("merchant_clearing", -total)]

    def _prepare_swept_lines(self, sales):
        pool, shopping, reserve = self._get_escrow_parts(sales)
        return [
            ("escrow_bank", pool + shopping + reserve), ("rebate_pool", -pool),
            ("vouchers_outstanding", -shopping), ("risk_reserve", -reserve),
            ("concession_transit", pool + shopping + reserve), ("operating_bank", -pool - shopping - reserve),
        ]

    def _prepare_returned_lines(self, refunds):
        """The opposite, but a shopping voucher that was given comes back to the pool by its own
        clawback, so the pool bears it meanwhile.
        """
        pool, shopping, reserve = (-cents for cents in self._get_escrow_parts(refunds))
        from_pool = sum(to_cents(refund.voucher_from_pool, refund.currency_id) for refund in refunds)
        return [
            ("escrow_bank", -pool - shopping - reserve), ("rebate_pool", pool + from_pool),
            ("vouchers_outstanding", shopping - from_pool), ("risk_reserve", reserve),
            ("concession_transit", -pool - shopping - reserve), ("operating_bank", pool + shopping + reserve),
        ]

    def _get_escrow_parts(self, sales):
        """Return (pool, shopping voucher, reserve) of ``sales`` in cents; refunds count negative."""
        return [
            sum(to_cents(sale[part], sale.currency_id) for sale in sales)
            for part in ("alloc_pool", "alloc_shopping", "alloc_reserve")]

    @api.model
    def _post_rejected(self, sales):
        """Bring the shopping vouchers of rejected sales, which were never given, to the pool."""
        for company, company_sales in sales.filtered("funding_id.move_id").grouped("company_id").items():
            cents = company_sales._get_reserved_voucher_cents()
            self._post_event(
                "reject", company, [("vouchers_outstanding", cents), ("rebate_pool", -cents)],
                ref=", ".join(company_sales.mapped("name"))[:200])
