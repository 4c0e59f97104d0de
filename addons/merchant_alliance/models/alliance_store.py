from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .scene import SCENES


class AllianceStore(models.Model):
    """A shop, physical or online, in which a merchant sells."""

    _name = "alliance.store"
    _description = "Store"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    scene = fields.Selection(
        SCENES, required=True, default="alliance",
        help="Where its sales happen; rates of a contract may depend on it.")
    partner_id = fields.Many2one("res.partner", string="Address")
    pos_config_ids = fields.One2many("pos.config", "alliance_store_id", string="Tills")
    website_ids = fields.One2many("website", "alliance_store_id", string="Websites")
    calendar_id = fields.Many2one(
        "resource.calendar", string="Opening Hours", help="When shoppers find it open, in the calendar's time zone.")
    warehouse_id = fields.Many2one(
        "stock.warehouse", string="Collected from", check_company=True, copy=False, index="btree_not_null",
        help="Orders of the web mall that are collected from this warehouse (delivery method \"Pick up in store\") are"
             " this store's sales.")
    active = fields.Boolean(default=True)
    staff_ids = fields.Many2many(
        "alliance.staff", "alliance_staff_store_rel", "store_id", "staff_id", readonly=True, copy=False)

    # sales name both: the database refuses to move a store away from them, even while one is being registered
    _merchant_key = models.UniqueIndex("(id, merchant_id)")
    _warehouse_uniq = models.UniqueIndex(
        "(warehouse_id) WHERE warehouse_id IS NOT NULL", "Another store's orders are collected from this warehouse.")

    @api.constrains("scene", "merchant_id")
    def _check_tills(self):
        self.pos_config_ids._check_online_payment()

    def write(self, vals):
        if "merchant_id" in vals:
            moved = self.filtered(lambda store: store.merchant_id.id != vals["merchant_id"])
            if moved and moved._has_sales():
                raise UserError(self.env._(
                    "Merchant: a store that has sales cannot move to another merchant; make a new store."))
        return super().write(vals)

    def _has_sales(self):
        """Return whether these stores have sold something, which is their merchant's for good. Hook."""
        # sudo: whoever moves it
        return bool(self.env["alliance.qualified.sale"].sudo().search_count([("store_id", "in", self.ids)], limit=1))

    def _filter_own(self):
        """Return the stores in which the platform sells its own goods; in the others it only collects."""
        return self.filtered(lambda store: store.scene == "own_mall" or store.merchant_id.is_platform)

    @api.model
    def _check_may_link(self, changes):
        """Raise AccessError if a till or website ``changes`` its store and the user is no operator."""
        if changes and not self.env.su and not self.env.user.has_group("merchant_alliance.group_operator"):
            raise AccessError(self.env._(
                "Alliance Store: only an operator of the rewards platform links a store to a till, website or"
                " product."))
