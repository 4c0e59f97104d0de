from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.money import from_cents, to_cents


class AllianceFunding(models.Model):
    """One run in which a merchant's pending concessions got their money."""

    _name = "alliance.funding"
    _description = "Concession Funding"
    _inherit = ["alliance.server.fields"]
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
    def _cron_fund_pending(self, limit=1000):
        """Fund merchant by merchant, each in a transaction of its own: one that fails stops no other."""
        def fund(merchant):
            fundings = self._fund_pending(merchant, limit)
            if len(fundings.qualified_sale_ids) >= limit:  # there may be more: come back for it
                self.env.ref("merchant_alliance.cron_fund_pending")._trigger()

        self.env["ir.cron"]._run_each(self._get_waiting_merchants(), fund)

    @api.model
    def _fund_pending(self, merchants=None, limit=1000):
        """Give pending concessions their money, oldest first, as far as it is there.

        A merchant that another transaction is just funding is left out.

        :param merchants: only these ``alliance.merchant`` (all with pending sales if None)
        :param int limit: sales, and refunds, per merchant and call
        :return: the fundings made
        """
        self = self.sudo()  # sudo: a job of the platform itself
        fundings = self.browse()
        for merchant in self._get_waiting_merchants(merchants):
            # tills go on inserting sales of a merchant that is being funded: they only refer to its row
            if merchant.try_lock_for_update(allow_referencing=True):
                fundings += self.with_company(merchant.company_id)._fund_merchant(merchant, limit)
        return fundings

    @api.model
    def _get_waiting_merchants(self, merchants=None):
        # sudo: jobs are the system's
        groups = self.env["alliance.qualified.sale"].sudo()._read_group(
            [("state", "=", "pending")] + ([("merchant_id", "in", merchants.ids)] if merchants is not None else []),
            ["merchant_id"])
        return self.env["alliance.merchant"].sudo().browse(sorted(merchant.id for merchant, in groups))

    def _fund_merchant(self, merchant, limit):
        """Refunds first: what they give back may fund a sale."""
        self._cancel_refunded(merchant)
        fundings = self._fund_refunds(merchant, limit)
        for method in ("split", "deposit"):
            if sales := self._get_fundable_sales(merchant, method, limit):
                fundings += self._fund(merchant, sales, method)
        return fundings + self._fund_refunds(merchant, limit)

    def _cancel_refunded(self, merchant):
        """Cancel pending sales that were refunded whole, together with their refunds."""
        pending = self.env["alliance.qualified.sale"].search([
            ("merchant_id", "=", merchant.id), ("state", "=", "pending"), ("origin_id.state", "=", "pending")])
        origins = pending.origin_id.filtered(lambda sale: not sale._get_cash_left_cents())
        if cancelled := origins | origins.refund_ids:
            cancelled.write({"state": "cancelled"})
            cancelled._after_cancelled()

    def _get_fundable_sales(self, merchant, method, limit):
        """Return the oldest pending sales that ``method`` pays, as many as its money reaches for.

        What the platform collected is split off, whatever the merchant's method for its own tills is.
        """
        domain = Domain([
            ("merchant_id", "=", merchant.id), ("state", "=", "pending"), ("kind", "=", "sale"),
        ]) & self._get_method_domain(merchant, method)
        sales = self.env["alliance.qualified.sale"].search(domain, order="id", limit=limit)
        if method == "split":
            return sales
        left = to_cents(merchant.deposit_balance, merchant.currency_id)
        for number, sale in enumerate(sales):
            left -= to_cents(sale.concession_amount, sale.currency_id)
            if left < 0:
                return sales[:number]
        return sales

    def _fund_refunds(self, merchant, limit):
        """Give the concessions of refunds back to where those of their sales came from."""
        refunds = self._filter_refunds_payable(self.env["alliance.qualified.sale"].search(
            [("merchant_id", "=", merchant.id), ("state", "=", "pending"), ("origin_id.state", "=", "funded")],
            order="id", limit=limit))
        fundings = self.browse()
        for method, group in refunds.grouped(lambda refund: refund.origin_id.funding_id.method).items():
            fundings += self._fund(merchant, group, method)
        return fundings

    def _fund(self, merchant, sales, method):
        cents = sum(to_cents(sale.concession_amount, sale.currency_id) for sale in sales)
        funding = self.create({
            "name": self.env["ir.sequence"].next_by_code("alliance.funding") or "/",
            "merchant_id": merchant.id,
            "date": merchant.company_id._get_day(),
            "method": method,
            "amount": from_cents(cents, merchant.currency_id),
        })
        if method == "deposit" and cents:
            funding.deposit_entry_id = merchant._deposit("funding", -cents, f"funding,{funding.id}", funding.name)
        sales.write({"state": "funded", "funding_id": funding.id})
        funding._after_funded()
        return funding

    # -- hooks -------------------------------------------------------------------

    @api.model
    def _get_method_domain(self, merchant, method):
        """Hook: return which of a merchant's sales ``method`` pays (``Domain``)."""
        if merchant.funding_method == "deposit":
            return Domain("collected", "=", method == "split")
        return Domain.TRUE if method == "split" else Domain.FALSE

    def _filter_refunds_payable(self, refunds):
        """Hook: return those refunds whose concession can be given back now."""
        return refunds

    def _after_funded(self):
        """Hook: the sales of this funding have just got their money."""

    # -- append-only ---------------------------------------------------------------

    def write(self, vals):
        if set(vals) & {"name", "merchant_id", "date", "method", "amount"}:
            raise UserError(self.env._("A funding cannot be changed; refund its sales instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A funding cannot be deleted; refund its sales instead."))
