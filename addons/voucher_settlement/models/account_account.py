from odoo import fields, models
from odoo.exceptions import UserError

ESCROW_ROLES = [
    ("escrow_bank", "Escrow Bank"),
    ("rebate_pool", "Rebate Pool"),
    ("vouchers_outstanding", "Vouchers Outstanding"),
    ("redeemed_due", "Redeemed Vouchers Due to Merchants"),
    ("risk_reserve", "Risk Reserve"),
]
KEPT = {"escrow_role", "account_type", "company_ids", "active", "currency_id"}


class AccountAccount(models.Model):
    _inherit = "account.account"

    escrow_role = fields.Selection(
        ESCROW_ROLES, copy=False, index="btree_not_null",
        help="Accounts of the rebate escrow. Within every posted entry their lines add up to zero.")

    def write(self, vals):
        changed = KEPT & set(vals)
        if changed:
            escrow = self if vals.get("escrow_role") else self.filtered("escrow_role")
            escrow = escrow.filtered(lambda account: account._is_changed(vals, changed))
            if escrow and self.env["account.move.line"].sudo().search_count(
                    [("account_id", "in", escrow.ids)], limit=1):
                raise UserError(self.env._(
                    "%(account)s has entries: %(fields)s of an account of the rebate escrow cannot change any more.",
                    account=escrow[0].display_name, fields=", ".join(sorted(changed))))
        return super().write(vals)

    def _is_changed(self, vals, names):
        for name in names:
            value = self._fields[name].convert_to_write(self[name], self)
            if name == "company_ids" or (value or False) != (vals[name] or False):
                return True
        return False
