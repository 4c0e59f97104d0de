from odoo import api, fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    alliance_store_id = fields.Many2one(
        "alliance.store", index="btree_not_null", check_company=True, copy=False,
        help="Sales of this till to known shoppers earn green points under the store's concession contract."
             " Only an operator sets it: the store's merchant pays the concessions.")

    @api.model_create_multi
    def create(self, vals_list):
        configs = super().create(vals_list)
        # afterwards, as defaults of the caller's link a store, too; sudo: whatever the caller may read
        self.env["alliance.store"]._check_may_link(bool(configs.sudo().alliance_store_id))
        return configs

    def write(self, vals):
        if "alliance_store_id" in vals:
            self.env["alliance.store"]._check_may_link(any(
                (config.alliance_store_id.id or False) != (vals["alliance_store_id"] or False) for config in self))
        return super().write(vals)
