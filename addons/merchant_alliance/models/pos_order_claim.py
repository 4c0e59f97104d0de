from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.serialize import touch
from .pos_order import PAID_STATES


class PosOrder(models.Model):
    """A receipt without a shopper can be claimed with its code: within days, once, by nobody of the shop."""

    _name = "pos.order"
    _inherit = ["pos.order", "alliance.server.fields"]

    claim_partner_id = fields.Many2one(
        "res.partner", string="Claimed by", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        help="The shopper who claimed this receipt afterwards, with its code.")
    claimed_on = fields.Datetime(readonly=True, copy=False)
    registered_on = fields.Datetime(
        readonly=True, copy=False,
        help="When it was registered what this order earns, if anything: once. Afterwards only a claim registers.")

    _access_token_idx = models.Index("(access_token) WHERE access_token IS NOT NULL")

    def _get_server_fields(self):
        return {"claim_partner_id", "claimed_on", "registered_on"}

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._without_server_fields(vals) for vals in vals_list])

    def write(self, vals):
        self._check_uuid(vals)
        return super().write(self._without_server_fields(vals))

    def _check_uuid(self, vals):
        """Raise UserError if a paid order would get another number: by it, it is registered once."""
        if "uuid" in vals and any(order.state in PAID_STATES and order.uuid != vals["uuid"] for order in self):
            raise UserError(self.env._("Uuid: the number that a till gave a paid order cannot be changed."))

    def _without_server_fields(self, vals):
        """Tills send what they like, some of them as superuser; these fields are the server's to say."""
        return {name: value for name, value in vals.items() if name not in self._get_server_fields()}

    def _set_server_fields(self, vals):
        return super().write(vals)

    @api.model
    def _get_by_claim_code(self, code):
        """Return the order (sudo) whose receipt bears ``code``; empty if no till has sent it."""
        # sudo: shoppers have no rights on tills' orders; the code of the receipt is the key
        orders = self.sudo()
        return orders.search([("access_token", "=", code)], limit=1) if len(code or "") == 36 else orders

    def _get_claim_end(self):
        """Return until when (naive UTC) the receipt can be claimed."""
        self.ensure_one()
        # a till may change the order's time, but not when it was registered
        moment = min(self.date_order, self.registered_on or self.date_order)
        return moment + timedelta(days=self.company_id.alliance_claim_days)

    def _get_claim_refusal(self, partner):
        """Return why ``partner`` cannot claim this receipt, or None."""
        self.ensure_one()
        store = self.config_id.alliance_store_id
        if self.claim_partner_id == partner:
            return None
        refusal = None
        if self.claim_partner_id or self._get_own_sales():
            refusal = self.env._("This receipt has its points already: a receipt counts once.")
        elif self.partner_id not in (partner, partner.browse()):
            refusal = self.env._("This receipt is in somebody else's name.")
        elif not store or self.state not in PAID_STATES:
            refusal = self.env._("This receipt earns no green points.")
        elif fields.Datetime.now() > self._get_claim_end():
            refusal = self.env._(
                "This receipt is too old: receipts can be claimed within %s days.", self.company_id.alliance_claim_days)
        elif partner.commercial_partner_id in self._get_shop_people(store):
            refusal = self.env._("People of the shop cannot claim its receipts.")
        elif self._count_claims_today(partner) >= self.company_id.alliance_claims_per_day:
            refusal = self.env._(
                "At most %s receipts can be claimed in one day. Please come back tomorrow.",
                self.company_id.alliance_claims_per_day)
        return refusal

    def _get_own_sales(self):
        """Return the ``alliance.qualified.sale`` (sudo) that this order made."""
        # sudo: neither cashiers nor shoppers may read all of them
        return self.env["alliance.qualified.sale"].sudo().search(
            [("pos_order_id", "in", self.ids), ("kind", "=", "sale")])

    def _get_shop_people(self, store):
        """Return the contacts of whom neither may claim what the shop has sold."""
        people = self.user_id.partner_id | store._get_staff_partners() | store.merchant_id.partner_id
        return people.commercial_partner_id

    def _count_claims_today(self, partner):
        return self.sudo().search_count([
            ("claim_partner_id", "=", partner.id), ("claimed_on", ">", fields.Datetime.now() - timedelta(days=1))])

    def _claim(self, partner):
        """Give the points of this receipt to ``partner``; a second time by the same shopper changes nothing.

        :return: the ``alliance.qualified.sale`` (sudo), may be empty
        :raise UserError: too old, claimed already, of the shop's own people, or too many in a day
        """
        self.ensure_one()
        order = self.sudo()  # sudo: see _get_by_claim_code
        # of two at once, for a receipt or by a shopper, the later one sees the other
        touch(order)
        touch(partner)
        if refusal := order._get_claim_refusal(partner):
            raise UserError(refusal)
        if not order.claim_partner_id:
            order._set_server_fields({"claim_partner_id": partner.id, "claimed_on": fields.Datetime.now()})
        sales = order._register_qualified_sale()
        order._register_earlier_refunds()
        return sales

    def _register_earlier_refunds(self):
        """Take back from the claimed sale what was given back before: one order after the other, as tills do."""
        back = self.lines.refund_orderline_ids.order_id.filtered(
            lambda order: order.state in PAID_STATES).sorted("id")
        for refund in back:
            back -= refund
            self.env["alliance.qualified.sale"]._register_sales(refund._prepare_qualified_refund_vals(later=back))

    def _get_shopper(self):
        """Return whose points this order gives: who claimed the receipt, or the shopper at the till."""
        return self.claim_partner_id or self.partner_id
