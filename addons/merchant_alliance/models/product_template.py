from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = "product.template"

    earns_rewards = fields.Boolean(
        string="Earns Green Points", default=True,
        help="Off for what is not goods or services: gift cards, top-ups, deposits, fees.")
    brand_store_id = fields.Many2one(
        "alliance.store", string="Brand's Store", index="btree_not_null", ondelete="restrict",
        domain="[('scene', '=', 'brand_mall')]",
        help="The brand's store in the web mall that sells this product: what is collected for it is owed to the brand."
             " Only an operator sets it. Empty: the mall's own goods.")

    @api.constrains("brand_store_id", "company_id")
    def _check_brand_store(self):
        for product in self:
            store = product.sudo().brand_store_id  # sudo: whoever edits products may not read stores
            if not store:
                continue
            if store.scene != "brand_mall":
                raise ValidationError(self.env._(
                    "Brand's Store: %s is not a store of the brand mall.", store.name))
            if product.company_id and product.company_id != store.company_id:
                raise ValidationError(self.env._(
                    "Brand's Store: %(store)s belongs to %(company)s, not to the product's company.",
                    store=store.name, company=store.company_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        # afterwards, as defaults of the caller's link a store, too; sudo: whatever the caller may read
        self.env["alliance.store"]._check_may_link(bool(products.sudo().brand_store_id))
        return products

    def write(self, vals):
        if "brand_store_id" in vals:
            self.env["alliance.store"]._check_may_link(any(
                (product.brand_store_id.id or False) != (vals["brand_store_id"] or False) for product in self))
        return super().write(vals)
