from odoo import api, models
from odoo.exceptions import UserError


class AllianceAppendOnly(models.AbstractModel):
    """A log or ledger whose rows are neither changed nor deleted."""

    _name = "alliance.append.only"
    _description = "Append-Only Log"
    _inherit = ["alliance.server.fields"]

    # What may be filled in later, once: what became of a row, or the entry that books it.
    _set_once = frozenset()

    def write(self, vals):
        if not vals or set(vals) - self._set_once or any(row[name] for row in self for name in vals):
            raise UserError(self._get_kept_text())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._get_kept_text())

    def _get_kept_text(self):
        """Return why a row stays as it is, and what to do instead."""
        return self.env._("This log never changes and is never deleted.")
