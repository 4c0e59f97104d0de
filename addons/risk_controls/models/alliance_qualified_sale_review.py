from odoo import models
from odoo.exceptions import AccessError, UserError

ANALYST = "risk_controls.group_risk_analyst"


class AllianceQualifiedSale(models.Model):
    """A person decides about held rewards, with a reason."""

    _inherit = "alliance.qualified.sale"

    def action_release_rewards(self, reason):
        """Let held rewards begin now: the points join the cohort that is open (analyst).

        The person stands in for the limits and the cap, never for the structural rule.

        :param str reason: why; kept with the decision
        :raise AccessError: caller is no risk analyst
        :raise UserError: no reason, a sale is not held, or it would give more than its concession
        """
        sales = self._start_review(reason)
        for sale in sales:
            if fault := sale._get_structural_fault():
                raise UserError(self.env._(
                    "%(sale)s can only be rejected: %(fault)s", sale=sale.name, fault=fault))
        sales._activate_rewards()
        sales._note_review("release", reason)

    def action_reject_rewards(self, reason):
        """End held rewards for good; their shopping vouchers' money goes to the rebate pool (analyst).

        :param str reason: why; kept with the decision
        :raise AccessError: caller is no risk analyst
        :raise UserError: no reason, or a sale is not held
        """
        sales = self._start_review(reason)
        sales._reject_rewards()
        sales._note_review("reject", reason)

    def _start_review(self, reason):
        """Return these sales (sudo), locked and held, for an analyst who gives a reason."""
        if not self.env.user.has_group(ANALYST):
            raise AccessError(self.env._("Only a risk analyst reviews held rewards."))
        self.check_access("read")
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Reason: say why; it is kept with the decision."))
        sales = self.sudo()  # sudo: nobody writes sales by hand; rights were checked
        sales.lock_for_update(allow_referencing=True)
        sales.invalidate_recordset(["reward_state"])
        if not sales or any(sale.reward_state != "held" or sale.kind != "sale" for sale in sales):
            raise UserError(self.env._("Only sales whose rewards are held can be reviewed."))
        return sales

    def _note_review(self, outcome, reason):
        self.env["risk.decision"].create([
            {**sale._prepare_decision(outcome, "person", reason.strip()), "user_id": self.env.uid}
            for sale in self])
