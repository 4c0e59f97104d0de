from odoo import models


class IrRule(models.Model):
    """Rules about whose company a login belongs to hold from the moment in which that changes."""

    _inherit = "ir.rule"

    def _compute_domain_context_values(self):
        """Keep the domains of rules for each company of a login.

        Odoo keeps them for each login; a contact that leaves a merchant would go on as its owner until something
        else empties that cache. Asked hundreds of times in a request, in environments of all kinds: so nothing is
        added for internal users, and who is one is asked once in a transaction, out of the groups that Odoo keeps.
        """
        values, uid = super()._compute_domain_context_values(), self.env.uid
        external = self.env.cr.cache.setdefault("alliance_external_users", {})
        if uid not in external:
            external[uid] = bool(uid) and not self.env.user._is_internal()  # before a login there is none
        return (*values, self.env.user.partner_id.commercial_partner_id.id) if external[uid] else values
