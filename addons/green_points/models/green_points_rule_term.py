from odoo import api, models
from odoo.exceptions import UserError


class GreenPointsRuleTerm(models.AbstractModel):
    """What point rules name in the field ``_rule_field`` stays: a rule without it would be for everybody."""

    _name = "green.points.rule.term"
    _description = "Named by Point Rules"
    _rule_field = None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named(self):
        below = "child_of" if self._parent_name in self._fields else "in"  # goes with what is above it
        rules = self.env["green.points.rule"].sudo().with_context(active_test=False)  # sudo: whoever deletes
        if rule := rules.search([(self._rule_field, below, self.ids)], limit=1):
            raise UserError(self.env._(
                "%(name)s: the point rule %(rule)s names it. Archive it, or change that rule first.",
                name=self[:1].display_name if len(self) == 1 else self._description, rule=rule.name))
