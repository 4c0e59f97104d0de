from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _filter_earning(self):
        """Return those of these products whose sale earns rewards: goods and services."""
        earning = self.filtered("earns_rewards")
        return earning - earning._filter_stored_value()

    def _filter_stored_value(self):
        """Return those that only store money: gift cards and top-ups of Odoo's loyalty app."""
        if not self or "loyalty.program" not in self.env:
            return self.browse()
        # sudo: cashiers and shoppers may not read loyalty programmes; archived ones have sold cards too
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False).search([
            ("program_type", "in", ("gift_card", "ewallet")),
            ("trigger_product_ids", "in", self.ids)])
        return self & self.browse(programs.trigger_product_ids.ids)
