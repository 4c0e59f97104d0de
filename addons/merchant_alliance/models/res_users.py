from odoo import models
from odoo.fields import Domain


class ResUsers(models.Model):
    """Whose merchants a login owns, and in which stores it works.

    The one answer for record rules and pages. An owner logs in as a contact of the merchant's company and sees all
    of it. Staff are contacts of their own, so that nothing of the company is theirs by itself: what they may see is
    asked of ``alliance.staff`` each time (relations, not lists of ids, since Odoo keeps the domains of rules).
    """

    _inherit = "res.users"

    def _get_owned_domain(self, path=""):
        """Return the domain of what belongs to the merchants that this login owns.

        :param str path: from the model to ``alliance.merchant``, e.g. ``"merchant_id."``; "": merchants themselves
        """
        return Domain(f"{path}partner_id", "=", self.partner_id.commercial_partner_id.id)

    def _get_work_domain(self, right=None):
        """Return the domain of this login's ``alliance.staff`` records that are in force.

        :param str right: "sales", "serve" or "products"; None: whatever they may do
        """
        domain = Domain("user_id", "=", self.id) & Domain("state", "=", "active")
        return domain & Domain(f"may_{right}", "=", True) if right else domain

    def _get_store_domain(self):
        """Return the domain of stores that this login owns, or works in."""
        return self._get_owned_domain("merchant_id.") | Domain("staff_ids", "any", self._get_work_domain())

    def _get_owned_merchants(self):
        """Return the merchants that this login owns, with its own rights."""
        return self.with_user(self).env["alliance.merchant"].search(self._get_owned_domain())

    def _get_stores(self, right=None):
        """Return the stores that this login owns, or works in with ``right``, with its own rights."""
        merchants = self.with_context(active_test=False)._get_owned_merchants()
        # sudo: these records are about the user; the stores are searched with his own rights
        work = self.env["alliance.staff"].sudo().search(self._get_work_domain(right))
        # by their numbers: the domain above, of two searches in one, would read every store there is
        return self.with_user(self).env["alliance.store"].search(
            Domain("merchant_id", "in", merchants.ids) | Domain("id", "in", work.store_ids.ids))
