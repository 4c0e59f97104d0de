from psycopg2.errors import ForeignKeyViolation

from odoo import models
from odoo.exceptions import ConcurrencyError


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Try again from the start when something new came in for a contact that was about to be deleted."""
        try:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        except ForeignKeyViolation as error:
            raise ConcurrencyError("base.partner.merge: a contact got something new meanwhile") from error

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Move what shoppers hold before Odoo does, which would *delete* rows that meet a unique key."""
        for source in src_partners.sorted("id"):
            self.env["res.partner"]._merge_holders(source, dst_partner)
        # sudo: Odoo's own part reads the website's visitors, which who may merge contacts need not be allowed to
        return super()._update_foreign_keys(src_partners.sudo(), dst_partner.sudo())
