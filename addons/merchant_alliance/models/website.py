from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Website(models.Model):
    _inherit = "website"

    alliance_store_id = fields.Many2one(
        "alliance.store", index="btree_not_null", copy=False,
        help="The mall's store: its concession contract applies to this website's orders."
             " Only an operator sets it: the store's merchant pays the concessions.")

    @api.constrains("alliance_store_id", "company_id")
    def _check_alliance_store(self):
        for website in self:
            store = website.sudo().alliance_store_id  # sudo: whoever edits websites may not read stores
            if store and store.company_id != website.company_id:
                raise ValidationError(self.env._(
                    "Alliance Store: %(store)s belongs to %(company)s, not to the website's company.",
                    store=store.name, company=store.company_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        websites = super().create(vals_list)
        # afterwards, as defaults of the caller's link a store, too; sudo: whatever the caller may read
        self.env["alliance.store"]._check_may_link(bool(websites.sudo().alliance_store_id))
        return websites

    def write(self, vals):
        if "alliance_store_id" not in vals:
            return super().write(vals)
        store_id = vals["alliance_store_id"] or False
        moved = self.filtered(lambda website: (website.alliance_store_id.id or False) != store_id)
        self.env["alliance.store"]._check_may_link(bool(moved))
        result = super().write(vals)
        moved._renew_open_carts()
        return result

    def _renew_open_carts(self):
        """Carts follow their website to another store; what was sold stays sold by whoever sold it."""
        # sudo: whoever edits websites need not read carts
        lines = self.env["sale.order.line"].sudo().search([
            ("order_id.website_id", "in", self.ids), ("state", "in", ("draft", "sent"))])
        self.env.add_to_compute(lines._fields["alliance_store_id"], lines)
