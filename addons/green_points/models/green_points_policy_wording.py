from odoo import api, fields, models

from ..tools.wording import find_promises


class GreenPointsPolicy(models.Model):
    """What shoppers are told about a policy, and what of it could promise more than there is.

    A warning only: a list of words cannot know what they mean, so it forbids nothing.
    """

    _inherit = "green.points.policy"

    public_wording = fields.Text(
        translate=True,
        help="What shoppers are told about this policy: on their points page and in public. "
             "The form and the simulation say where it could promise more than there is.")
    wording_warning = fields.Char(
        string="Words to Look At", compute="_compute_wording_warning",
        help="What in the public wording, in any language, could promise more than there is.")

    @api.depends("public_wording", "weight_pool", "weight_commission", "beta", "gamma", "max_multiple")
    def _compute_wording_warning(self):
        for policy in self:
            found = policy._find_promises(policy._get_lasting_multiple())
            policy.wording_warning = ", ".join(f"“{words}”" for _kind, words in found) or False

    def _get_lasting_multiple(self):
        """Return the most that cohorts release in the long run (float): the pool's share for one unit of base value."""
        self.ensure_one()
        base = self.beta + self.gamma
        share = (self.weight_pool + self.weight_commission) / 100
        return min(self.max_multiple, share / base) if base > 0 else self.max_multiple

    def _get_wordings(self):
        """Return the public wording in each installed language that has one; while it is typed, as typed."""
        self.ensure_one()
        wordings = [self.public_wording]
        for lang, _name in self.env["res.lang"].get_installed():
            # other languages as they are stored: reading them of a record that is typed loses what was typed
            wording = self._origin.with_context(lang=lang).public_wording
            if wording != self._origin.public_wording:  # else it is what is being replaced
                wordings.append(wording)
        return [wording for wording in wordings if wording and wording.strip()]

    def _find_promises(self, highest_multiple):
        """Return ``tools.wording.find_promises`` of the public wording in all languages, each finding once."""
        return list(dict.fromkeys(
            finding for wording in self._get_wordings() for finding in find_promises(wording, highest_multiple)))

    @api.model
    def _get_public_wording(self, company):
        """Return what the shoppers of ``company`` are told about its active policy, in their language; or ``""``."""
        return (self._get_active(company).public_wording or "").strip()
