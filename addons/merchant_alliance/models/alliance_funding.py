from odoo import api, fields, models

from ..tools.money import from_cents, to_cents


class AllianceFunding(models.Model):
    """One run in which a merchant's pending concessions got their money."""

    _name = "alliance.funding"
    _description = "Concession Funding"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    method = fields.Selection(
        [("deposit", "Prepaid Deposit"), ("split", "Split from Collected Payments")],
        required=True, readonly=True)
    amount = fields.Monetary(
        required=True, readonly=True, help="Sum of the concessions; negative when refunds prevail.")
    qualified_sale_ids = fields.One2many("alliance.qualified.sale", "funding_id")
    deposit_entry_id = fields.Many2one("alliance.deposit.entry", readonly=True)

    # -- funding -----------------------------------------------------------------

    @api.model
    def _cron_fund_pending(self):
        self.env["alliance.funding"]._fund_pending()

    @api.model
    def _fund_pending(self, merchants=None, limit=1000):
        """Give pending concessions their money, oldest first, as far as it is there.

        :param merchants: only these ``alliance.merchant`` (all with pending sales if None)
        :param int limit: sales per merchant and call
        :return: the fundings made
        """
        self = self.sudo()  # sudo: a job of the platform itself
        fundings = self.browse()
        pending = self.env["alliance.qualified.sale"]
        domain = [("state", "=", "pending")]
        if merchants is not None:
            domain.append(("merchant_id", "in", merchants.ids))
        merchant_ids = [m.id for m, in pending._read_group(domain, ["merchant_id"])]
        found = self.env["alliance.merchant"].browse(sorted(merchant_ids))
        for merchant in found:
            locked = merchant.try_lock_for_update()
            if not locked:
                continue
            sales = pending.search(
                [("merchant_id", "=", merchant.id), ("state", "=", "pending")], order="id", limit=limit)
            sales -= self._cancel_unfunded(sales)
            fundings += self._fund_merchant(merchant, sales)
            if self.env.context.get("cron_id"):  # only a job commits; a caller keeps its transaction
                self.env["ir.cron"]._commit_progress(1)
        return fundings

    def _cancel_unfunded(self, sales):
        """Cancel pending sales that were refunded whole, together with their refunds."""
        cancelled = sales.browse()
        for origin in sales.filtered(lambda s: s.kind == "refund").origin_id:
            if origin.state != "pending":
                continue
            group = origin + origin.refund_ids.filtered(lambda r: r.state == "pending")
            if not sum(to_cents(amount, origin.currency_id) for amount in group.mapped("cash_amount")):
                cancelled += group
        if cancelled:
            cancelled.write({"state": "cancelled"})
            cancelled._after_cancelled()
        return cancelled

    def _fund_merchant(self, merchant, sales):
        currency = merchant.currency_id
        left = to_cents(merchant.deposit_balance, currency) if merchant.funding_method == "deposit" else None
        chosen = sales.browse()
        for sale in sales.filtered(lambda s: s.kind == "sale"):
            cents = to_cents(sale.concession_amount, currency)
            if left is not None:
                if cents > left:
                    break
                left -= cents
            chosen += sale
        fundings = self.browse()
        if chosen:
            fundings += self._fund(merchant, chosen)
        refunds = sales.filtered(lambda s: s.kind == "refund" and s.origin_id.state == "funded")
        refunds = self._filter_refunds_payable(refunds)
        if refunds:
            fundings += self._fund(merchant, refunds)
        return fundings

    def _fund(self, merchant, sales):
        cents = sum(to_cents(amount, merchant.currency_id) for amount in sales.mapped("concession_amount"))
        funding = self.create({
            "name": self.env["ir.sequence"].next_by_code("alliance.funding") or "/",
            "merchant_id": merchant.id,
            "date": fields.Date.context_today(self),
            "method": merchant.funding_method,
            "amount": from_cents(cents, merchant.currency_id),
        })
        if merchant.funding_method == "deposit" and cents:
            funding.deposit_entry_id = merchant._deposit("funding", -cents, f"funding,{funding.id}", funding.name)
        sales.write({"state": "funded", "funding_id": funding.id})
        funding._after_funded()
        return funding

    def _filter_refunds_payable(self, refunds):
        """Hook: return those refunds whose concession can be given back now."""
        return refunds

    def _after_funded(self):
        """Hook: the sales of this funding have just got their money."""
