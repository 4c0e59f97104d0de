from odoo import api, fields, models


class PaymentRefundWizard(models.TransientModel):
    """Of an order that several stores sell, a refund may be of one store's goods."""

    _inherit = "payment.refund.wizard"

    order_store_ids = fields.Many2many("alliance.store", compute="_compute_order_store_ids")
    refund_store_id = fields.Many2one(
        "alliance.store", string="Refund of Store", domain="[('id', 'in', order_store_ids)]",
        help="Whose goods are paid back: its sale, its points and what is owed to it go down."
             " Empty: the refund is divided over all stores of the order.")

    @api.depends("transaction_id")
    def _compute_order_store_ids(self):
        for wizard in self:
            # sudo: accountants have no rights on stores; only the names are shown
            stores = wizard.transaction_id.sudo()._get_first().sale_order_ids._get_alliance_stores()
            wizard.order_store_ids = stores if len(stores) > 1 else stores.browse()

    def action_refund(self):
        self.ensure_one()
        return super(PaymentRefundWizard, self.with_context(
            alliance_refund_store_id=self.refund_store_id.id)).action_refund()
