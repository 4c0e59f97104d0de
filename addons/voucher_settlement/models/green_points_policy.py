from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.merchant_alliance.tools.serialize import touch

SCOPES = {"deduction": "deduction_scope_id", "shopping": "shopping_scope_id"}


class GreenPointsPolicy(models.Model):
    """A policy also says where its vouchers spend; like its other rules this is frozen with it."""

    _inherit = "green.points.policy"
    _check_company_auto = True

    deduction_scope_id = fields.Many2one(
        "voucher.scope", string="Deduction Vouchers Spend", check_company=True, index="btree_not_null",
        ondelete="restrict", domain=[("own_merchant_id", "=", False)],
        help="Empty: at every store that takes vouchers.")
    shopping_scope_id = fields.Many2one(
        "voucher.scope", string="Shopping Vouchers Spend", check_company=True, index="btree_not_null",
        ondelete="restrict", domain=[("own_merchant_id", "=", False)],
        help="Empty: in the two malls. A scope can only narrow that down.")

    @api.model
    def _get_rule_fields(self):
        return super()._get_rule_fields() | set(SCOPES.values())

    def _write_state(self, state, **vals):
        # whoever changes one of these scopes at the same moment is retried, and finds it in use
        touch(self.deduction_scope_id | self.shopping_scope_id)
        return super()._write_state(state, **vals)

    @api.constrains(*SCOPES.values())
    def _check_scopes(self):
        """Refuse scopes under which nobody could spend anything."""
        for policy in self:
            for kind, fname in SCOPES.items():
                scope = policy[fname].sudo()  # sudo: the answer must not depend on what the user may read
                if not scope._get_scenes(kind):
                    raise ValidationError(self.env._(
                        "%(field)s: %(scope)s leaves out both malls, the only place where shopping vouchers spend.",
                        field=self._fields[fname]._description_string(self.env), scope=scope.name))
                if (scope.merchant_ids or scope.store_ids) and not self.env["alliance.store"].sudo().search_count(
                        scope._get_stores_domain(kind), limit=1):
                    raise ValidationError(self.env._(
                        "%(field)s: none of the merchants of %(scope)s has a store where these vouchers spend.",
                        field=self._fields[fname]._description_string(self.env), scope=scope.name))
