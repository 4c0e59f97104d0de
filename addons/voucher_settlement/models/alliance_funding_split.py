from odoo import api, fields, models
from odoo.fields import Domain

from .split_order import DONE


class AllianceFunding(models.Model):
    """What is split at the source is there when the provider has split it, not when the shopper has paid."""

    _inherit = "alliance.funding"

    at_source = fields.Boolean(
        string="Split at the Source", readonly=True, copy=False,
        help="The provider itself brings the escrow's part: it is not transferred from the operating bank.")

    @api.model
    def _get_method_domain(self, merchant, method):
        domain = super()._get_method_domain(merchant, method)
        unsplit = Domain("state", "not in", DONE)
        # sudo: whoever funds
        if not self.env["split.order"].sudo().search_count(
                unsplit & Domain("merchant_id", "=", merchant.id), limit=1):
            return domain
        if method == "split":
            return domain & ~self._get_split_domain(unsplit)
        # of what was never split the merchant got everything: it pays from its deposit
        return domain | self._get_split_domain(Domain("state", "=", "lost"))

    def _fund(self, merchant, sales, method):
        """What the provider has split is a funding of its own: other money brings it to the escrow."""
        split = self._get_split_at_source(merchant, sales) if method == "split" else sales.browse()
        fundings = super()._fund(merchant, sales - split, method) if sales - split else self.browse()
        if split:
            funding = super()._fund(merchant, split, method)
            funding.at_source = True
            fundings += funding
        return fundings

    def _get_split_at_source(self, merchant, sales):
        """Return those of ``sales``, and refunds, whose payment the provider has split."""
        # sudo: whoever funds
        if not self.env["split.order"].sudo().search_count([("merchant_id", "=", merchant.id)], limit=1):
            return sales.browse()
        return sales.filtered(lambda sale: any(
            order.state in DONE for order in (sale.origin_id or sale).sudo().sale_order_id.split_order_ids))

    def _get_split_domain(self, states):
        """Return the sales whose order has a split payment in ``states``."""
        return Domain("sale_order_id", "any", Domain("split_order_ids", "any", states))
