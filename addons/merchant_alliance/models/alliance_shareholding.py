from odoo import api, fields, models
from odoo.exceptions import UserError


class AllianceShareholding(models.Model):
    """What somebody holds of a store today: the sum of the share entries."""

    _name = "alliance.shareholding"
    _description = "Shareholding"
    _inherit = ["alliance.server.fields"]
    _order = "store_id, percent desc, id"
    _rec_name = "partner_id"

    store_id = fields.Many2one("alliance.store", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    partner_id = fields.Many2one(
        "res.partner", string="Shareholder", required=True, readonly=True, index=True, ondelete="restrict")
    percent = fields.Float(string="Percent of the Store", digits=(8, 4), required=True, readonly=True)

    _holder_uniq = models.Constraint("UNIQUE (store_id, partner_id)", "A shareholder has one holding in a store.")
    _percent_in_bounds = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)", "A holding is between 0 and 100 percent of the store.")

    @api.model
    def _add(self, store, partner, percent):
        """Change a holding by ``percent`` (Decimal); only ``alliance.store._move_shares`` calls this."""
        holding = self.search([("store_id", "=", store.id), ("partner_id", "=", partner.id)])
        if not holding:
            holding = self._open(store, partner)
        holding._write_percent(holding._get_percent() + percent)

    def _open(self, store, partner):
        return super().create([{"store_id": store.id, "partner_id": partner.id, "percent": 0}])

    def _write_percent(self, percent):
        return super().write({"percent": float(percent)})

    def _get_percent(self):
        """Return the exact stake as a ``Decimal`` of percent."""
        return self.env["alliance.store"]._to_percent(sum(self.mapped("percent")))

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Shares: move them on the store; its history follows."))

    def write(self, vals):
        raise UserError(self.env._("Shares: move them on the store; its history follows."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A holding cannot be deleted; take its shares back."))
