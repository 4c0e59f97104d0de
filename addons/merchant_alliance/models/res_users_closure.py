from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _deactivate_portal_user(self, **post):
        """Whoever deletes the login closes the account with it; what stands in the way of that is told first.

        :raise UserError: with what stands in the way
        """
        for user in self.filtered("share"):
            if not user.partner_id.sudo().alliance_closed_on:  # sudo: portal users do not read it
                user.partner_id._close_account("shopper", self.env._("Deleted on the website"))
        return super()._deactivate_portal_user(**post)
