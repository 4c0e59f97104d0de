from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.line_chart import COLOURS, render_lines

FEWEST, MOST = 2, 4
APART = {"company_id", "effective_number"}


class GreenPointsPolicyComparison(models.TransientModel):
    """Versions of the rules side by side, their curves in one chart."""

    _name = "green.points.policy.comparison"
    _description = "Comparison of Policies"

    policy_ids = fields.Many2many("green.points.policy", string="Policies", required=True)
    only_different = fields.Boolean(string="Differences Only", default=True)
    table = fields.Html(compute="_compute_comparison", sanitize=False)
    chart = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.constrains("policy_ids")
    def _check_policies(self):
        for comparison in self:
            if not FEWEST <= len(comparison.policy_ids) <= MOST:
                raise UserError(self.env._(
                    "Policies: choose %(fewest)s to %(most)s to compare.", fewest=FEWEST, most=MOST))

    @api.depends("policy_ids", "only_different")
    def _compute_comparison(self):
        for comparison in self:
            policies = comparison.policy_ids
            if len(policies) < FEWEST:
                comparison.table = comparison.chart = False
                continue
            comparison.table = comparison._render_table(policies)
            comparison.chart = render_lines(
                [(policy.display_name, [float(policy._get_multiple(age)) for age in range(policy.period_count + 1)])
                 for policy in policies[:len(COLOURS)]],
                self.env._("Multiple of the base value that may have been released, by age in periods"), suffix="×")

    def _get_rows(self, policies):
        """Return ``[(label, [a value of each policy])]``, as people read them."""
        rows, rules = [], policies._get_rule_fields()
        for fname, field in policies._fields.items():
            if fname not in rules or fname in APART:
                continue
            values = [self._format(policy, field) for policy in policies]
            if not self.only_different or len(set(values)) > 1:
                rows.append((field._description_string(self.env), values))
        return rows

    def _format(self, policy, field):
        value = policy[field.name]
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        if field.type == "many2one":
            return value.display_name or "–"
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        return f"{value:g}"

    def _render_table(self, policies):
        states = dict(policies._fields["state"]._description_selection(self.env))
        head = Markup("").join(
            Markup("<th class='text-end'>%s<div class='small text-muted'>%s</div></th>")
            % (policy.name, states[policy.state]) for policy in policies)
        rows = Markup("").join(
            Markup("<tr><th class='fw-normal'>%s</th>%s</tr>") % (label, Markup("").join(
                Markup("<td class='text-end'>%s</td>") % value for value in values))
            for label, values in self._get_rows(policies))
        if not rows:
            return Markup("<p>%s</p>") % self.env._("These policies have the same rules.")
        return Markup("<div class='table-responsive'><table class='table table-sm'><thead><tr><th></th>%s</tr></thead>"
                      "<tbody>%s</tbody></table></div>") % (head, rows)
