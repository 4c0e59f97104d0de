from odoo import models


class AllianceFunding(models.Model):
    _inherit = "alliance.funding"

    def _after_funded(self):
        """Let the funded sales' rewards begin, then take back those of the funded refunds."""
        super()._after_funded()
        sales = self.qualified_sale_ids.filtered(lambda sale: sale.kind == "sale")
        sales._filter_rewardable()._activate_rewards()
        refunds = self.qualified_sale_ids - sales
        refunds.origin_id._revoke_rewards(refunds)
