from odoo import api, models
from odoo.exceptions import AccessError, ValidationError


class PaymentTransaction(models.Model):
    """What is paid, by whom and through whom is said by the server and by providers, and by nobody by hand.

    Odoo lets billing clerks write transactions. These earn rewards, are owed to merchants or fill their deposits.
    """

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        transactions._check_by_server()
        transactions._check_open_provider()
        return transactions

    def write(self, vals):
        self._check_by_server()
        result = super().write(vals)
        self._check_by_server()  # neither does it become one by hand
        return result

    def _check_by_server(self):
        """Raise AccessError if a person writes what pays an order or a deposit, with whatever rights."""
        # what providers, the cron, the shop and Odoo's own buttons do is done as superuser
        if not self.env.su and any(tx._is_of_order_or_deposit() for tx in self.sudo()):
            raise AccessError(self.env._(
                "Payments of orders and deposits are kept by the server and the payment providers;"
                " nobody writes them by hand."))

    def _is_of_order_or_deposit(self):
        self.ensure_one()
        return bool(self.sale_order_ids or self.pos_order_id or self.deposit_merchant_id) or bool(
            self.source_transaction_id and self.source_transaction_id._is_of_order_or_deposit())

    def _check_open_provider(self):
        """Raise ValidationError if what stores sell would be paid through a provider that is not offered."""
        for tx in self.sudo():  # sudo: shoppers read neither providers nor stores
            till = tx.pos_order_id.config_id.alliance_store_id
            stores = tx.sale_order_ids._get_alliance_stores() | till
            if till._filter_own() != till or (
                    stores and not tx.source_transaction_id and not tx.provider_id._is_open_to_shoppers()):
                raise ValidationError(self.env._("This way to pay is not offered. Please refresh the page."))

    def action_post_process(self):
        self.check_access("write")
        # sudo: it writes what nobody writes by hand; what it does follows from what the provider has said
        return super(PaymentTransaction, self.sudo()).action_post_process()
