from collections import defaultdict

from odoo import api, models

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

PARTS = ("alloc_pool", "alloc_shopping", "alloc_commission", "alloc_reserve", "alloc_fee")


class EscrowPosting(models.AbstractModel):
    """Concessions: earned per merchant and day, then funded and swept into escrow."""

    _inherit = "escrow.posting"

    @api.model
    def _post_concessions_earned(self, company, merchants=None):
        """Book concessions that are not booked yet, one entry per merchant and day; idempotent.

        Without a policy a concession is all platform fee.
        """
        # what was cancelled unfunded is booked only to take back what had been booked before
        domain = [
            ("company_id", "=", company.id), ("earned_move_id", "=", False),
            "|", ("state", "!=", "cancelled"), ("origin_id.earned_move_id", "!=", False)]
        if merchants is not None:
            domain.append(("merchant_id", "in", merchants.ids))
        groups = defaultdict(lambda: self.env["alliance.qualified.sale"])
        for sale in self.env["alliance.qualified.sale"].sudo().search(domain, order="id"):
            groups[sale.merchant_id, sale.sale_datetime.date()] += sale
        moves = self._post_events(company, [{
            "event": "earned", "lines": self._prepare_earned_lines(merchant, sales), "date": day,
            "ref": merchant.name, "partner": merchant.partner_id,
        } for (merchant, day), sales in groups.items()])
        for sales, move in zip(groups.values(), moves, strict=True):
            sales.write({"earned_move_id": move.id})

    def _prepare_earned_lines(self, merchant, sales):
        cents = self._get_parts(sales)
        total = sum(to_cents(amount, merchant.currency_id) for amount in sales.mapped("concession_amount"))
        transit = cents["alloc_pool"] + cents["alloc_shopping"] + cents["alloc_reserve"]
        payer = "concession_expense" if merchant.is_platform else "merchant_clearing"
        return [
            (payer, total),
            ("concession_transit", -transit),
            ("commission_payable", -cents["alloc_commission"]),
            ("platform_fee", -(total - transit - cents["alloc_commission"])),
        ]

    def _get_parts(self, sales):
        """Return ``{alloc field: cents}`` summed over ``sales`` (refunds count negative)."""
        return {
            part: sum(to_cents(sale[part], sale.currency_id) for sale in sales if sale.policy_id)
            for part in PARTS
        }

    @api.model
    def _post_funding(self, funding):
        """Book a funding: the deposit pays the merchant's debt, and escrow gets its parts; once."""
        company, merchant = funding.company_id, funding.merchant_id
        sales = funding.qualified_sale_ids.filtered(lambda sale: sale.kind == "sale")
        refunds = funding.qualified_sale_ids - sales
        if sales and not funding.move_id:
            funding.move_id = self._post_event(
                "funded", company, self._prepare_payer_lines(funding, sales) + self._prepare_swept_lines(sales),
                date=funding.date, ref=funding.name, partner=merchant.partner_id)
        if refunds and not funding.reversal_move_id:
            for refund in refunds:
                refund.voucher_from_pool = from_cents(refund._get_voucher_from_pool_cents(), refund.currency_id)
            funding.reversal_move_id = self._post_event(
                "fund_reversal", company,
                self._prepare_payer_lines(funding, refunds) + self._prepare_returned_lines(refunds),
                date=funding.date, ref=funding.name, partner=merchant.partner_id)

    def _prepare_payer_lines(self, funding, sales):
        """The prepaid deposit pays what the merchant owes; what the platform collected stays in
        clearing until the merchant's statement nets it."""
        if funding.method != "deposit":
            return []
        total = sum(to_cents(amount, funding.currency_id) for amount in sales.mapped("concession_amount"))
        return [("merchant_deposit", total), ("merchant_clearing", -total)]

    def _prepare_swept_lines(self, sales):
        cents = self._get_parts(sales)
        swept = cents["alloc_pool"] + cents["alloc_shopping"] + cents["alloc_reserve"]
        return [
            ("escrow_bank", swept), ("rebate_pool", -cents["alloc_pool"]),
            ("vouchers_outstanding", -cents["alloc_shopping"]), ("risk_reserve", -cents["alloc_reserve"]),
            ("concession_transit", swept), ("operating_bank", -swept),
        ]

    def _prepare_returned_lines(self, refunds):
        """The exact opposite, but a shopping voucher that was given comes back to the pool by its own
        clawback, so the pool bears it meanwhile."""
        cents = {part: -amount for part, amount in self._get_parts(refunds).items()}
        from_pool = sum(to_cents(refund.voucher_from_pool, refund.currency_id) for refund in refunds)
        swept = cents["alloc_pool"] + cents["alloc_shopping"] + cents["alloc_reserve"]
        return [
            ("escrow_bank", -swept), ("rebate_pool", cents["alloc_pool"] + from_pool),
            ("vouchers_outstanding", cents["alloc_shopping"] - from_pool),
            ("risk_reserve", cents["alloc_reserve"]),
            ("concession_transit", -swept), ("operating_bank", swept),
        ]
