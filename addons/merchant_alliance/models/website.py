from odoo import api, fields, models
from odoo.exceptions import ValidationError


class Website(models.Model):
    _inherit = "website"

    alliance_store_id = fields.Many2one(
        "alliance.store", index="btree_not_null",
        help="The mall's store: its concession contract applies to this website's orders.")

    @api.constrains("alliance_store_id", "company_id")
    def _check_alliance_store(self):
        for website in self:
            store = website.sudo().alliance_store_id  # sudo: whoever edits websites may not read stores
            if store and store.company_id != website.company_id:
                raise ValidationError(self.env._(
                    "Alliance Store: %(store)s belongs to %(company)s, not to the website's company.",
                    store=store.name, company=store.company_id.name))
