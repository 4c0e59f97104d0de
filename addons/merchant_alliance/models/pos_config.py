from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PosConfig(models.Model):
    _inherit = "pos.config"

    alliance_store_id = fields.Many2one(
        "alliance.store", index="btree_not_null", check_company=True, copy=False,
        help="Sales of this till to known shoppers earn green points under the store's concession contract."
             " Only an operator sets it: the store's merchant pays the concessions.")

    @api.constrains("alliance_store_id", "payment_method_ids")
    def _check_online_payment(self):
        for config in self.sudo():  # sudo: whoever sets up tills may not read stores
            store = config.alliance_store_id
            online = config.payment_method_ids.filtered("is_online_payment")
            if online and store._filter_own() != store:
                raise ValidationError(self.env._(
                    "Payment Methods: %(methods)s is paid to the platform's payment provider, and the till %(till)s is"
                    " another merchant's. Such tills take what reaches the merchant itself.",
                    methods=", ".join(online.mapped("name")), till=config.name))

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
