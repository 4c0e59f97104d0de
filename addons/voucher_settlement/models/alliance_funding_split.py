from odoo import api, models
from odoo.fields import Domain

from .split_order import DONE


class AllianceFunding(models.Model):
    """What is split at the source is there when the provider has split it, not when the shopper has paid."""

    _inherit = "alliance.funding"

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

    def _get_split_domain(self, states):
        """Return the sales whose order has a split payment in ``states``."""
        return Domain("sale_order_id", "any", Domain("split_order_ids", "any", states))
