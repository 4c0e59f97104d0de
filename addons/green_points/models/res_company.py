from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # sudo: who may create a company need not be an operator of the platform
        companies.sudo()._create_default_points_policy()
        return companies

    def _create_default_points_policy(self):
        """Create and activate a policy with the default rules in each company that has none."""
        policies = self.env["green.points.policy"]
        provided = policies.search([("company_id", "in", self.ids)]).company_id
        for policy in policies.create([company._prepare_points_policy_vals() for company in self - provided]):
            policy._activate()

    def _prepare_points_policy_vals(self):
        self.ensure_one()
        return {"name": self.env._("Standard Policy"), "company_id": self.id}
