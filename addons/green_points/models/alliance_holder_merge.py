from odoo import fields, models


class AllianceHolderMerge(models.Model):
    _inherit = "alliance.holder.merge"

    points_base = fields.Monetary(
        string="Base Value of Points", readonly=True, help="Of all the points that changed hands.")
    owed_base = fields.Monetary(
        string="Base Value of Points Owed", readonly=True, help="Points that the contact merged still owed.")

    def _describe(self):
        lines = super()._describe()
        if self.points_base:
            lines.append(self.env._("points of a base value of %s", self.currency_id.format(self.points_base)))
        if self.owed_base:
            lines.append(self.env._("points owed of a base value of %s", self.currency_id.format(self.owed_base)))
        return lines
