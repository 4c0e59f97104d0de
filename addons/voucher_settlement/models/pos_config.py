from odoo import api, models


class PosConfig(models.Model):
    """Tills of a store take vouchers; other tills do not."""

    _inherit = "pos.config"

    @api.model_create_multi
    def create(self, vals_list):
        configs = super().create(vals_list)
        configs._accept_vouchers()
        return configs

    def write(self, vals):
        result = super().write(vals)
        if vals.get("alliance_store_id"):
            self._accept_vouchers()
        return result

    def _default_payment_methods(self):
        methods = super()._default_payment_methods()
        others = methods.filtered(lambda method: method.use_payment_terminal != "voucher")
        if not others and methods:  # core makes the usual ones only when there are none at all
            others = others.browse(self._create_journal_and_payment_methods()[1])
        return others

    def _accept_vouchers(self):
        """Add the company's voucher payment method to tills that belong to a store."""
        for config in self.filtered("alliance_store_id"):
            method = self.env["pos.payment.method"]._get_voucher_method(config.company_id)
            # Payment methods cannot change while a session is open (core).
            if method and method not in config.payment_method_ids and not config.has_active_session:
                config.payment_method_ids |= method
