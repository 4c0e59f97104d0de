from odoo import models


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _is_open_to_shoppers(self):
        """Whether a shopper may pay through this provider; the list of what is offered is the client's to ignore."""
        self.ensure_one()
        return self.state != "disabled" and (self.is_published or self.env.user._is_internal())

    def _filter_prompt(self):
        """Return those that answer by themselves: nothing ever says that a wire transfer has arrived."""
        return self.filtered(lambda provider: provider.code != "custom")
