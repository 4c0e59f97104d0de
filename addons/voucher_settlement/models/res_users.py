from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_voucher_holders(self):
        """Return the contacts whose vouchers this login spends: its own, then those of merchants that it owns."""
        self.ensure_one()
        return self.partner_id | self._get_owned_merchants().filtered(lambda shop: not shop.is_platform).partner_id
