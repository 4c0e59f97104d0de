from odoo import models
from odoo.exceptions import UserError


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Refuse to merge away a contact who has a wallet (see green_points: SQL would lose rows)."""
        # sudo: the answer must not depend on what the user may read
        holders = self.env["voucher.wallet"].sudo().search(
            [("partner_id", "in", src_partners.ids)]).partner_id
        if holders:
            raise UserError(self.env._(
                "These contacts have voucher wallets and cannot be merged into another one: %s",
                ", ".join(holders.mapped("display_name"))))
        return super()._update_foreign_keys(src_partners, dst_partner)
