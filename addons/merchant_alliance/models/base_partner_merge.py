from odoo import models
from odoo.exceptions import UserError


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Refuse to merge away promoters and shoppers who are bound.

        Merging moves rows by SQL, and *deletes* those that meet a unique key: who earns from whom would be lost.
        """
        # sudo: the answer must not depend on what the user may read
        ids = src_partners.ids
        people = self.env["alliance.promoter"].sudo().search([("partner_id", "in", ids)]).partner_id
        people |= self.env["alliance.promoter.binding"].sudo().search([("partner_id", "in", ids)]).partner_id
        if people:
            raise UserError(self.env._(
                "These contacts are promoters, or bound to one, and cannot be merged into another one: %s",
                ", ".join(people.mapped("display_name"))))
        return super()._update_foreign_keys(src_partners, dst_partner)
