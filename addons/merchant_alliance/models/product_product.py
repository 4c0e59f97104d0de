from odoo import api, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _get_stored_value_products(self):
        """Return the products that only store money: gift cards and top-ups of Odoo's loyalty app."""
        if "loyalty.program" not in self.env:
            return self.browse()
        # sudo: cashiers and shoppers may not read loyalty programmes
        programs = self.env["loyalty.program"].sudo().search(
            [("program_type", "in", ("gift_card", "ewallet"))])
        return self.browse(programs.trigger_product_ids.ids)
