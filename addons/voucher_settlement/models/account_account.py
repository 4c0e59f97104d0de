from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .escrow_events import ESCROW_ROLES

# What an account of the escrow keeps once it has entries.
FROZEN = ("escrow_role", "account_type", "active", "code", "company_ids", "currency_id")


class AccountAccount(models.Model):
    """Accounts of the rebate escrow keep their role once they have entries."""

    _inherit = "account.account"

    escrow_role = fields.Selection(
        ESCROW_ROLES, copy=False, index="btree_not_null",
        help="Accounts of the rebate escrow. Within every posted entry their lines add up to zero, "
             "and only the settlement centre moves them.")

    @api.constrains("escrow_role", "company_ids", "account_type")
    def _check_escrow_role(self):
        for account in self.filtered("escrow_role"):
            group = "asset" if account.escrow_role == "escrow_bank" else "liability"
            if account.internal_group != group:
                raise ValidationError(self.env._(
                    "%(account)s: the escrow bank is an asset, the other escrow accounts are liabilities.",
                    account=account.display_name))
            # sudo: the role is unique among all accounts of the company
            others = account.sudo().with_context(active_test=False).search([
                ("escrow_role", "=", account.escrow_role), ("id", "!=", account.id),
                ("company_ids", "in", account.sudo().company_ids.ids)])
            if others:
                raise ValidationError(self.env._(
                    "%(account)s: %(other)s has this escrow role already.",
                    account=account.display_name, other=others[0].display_name))
            account._check_not_used_as_default()

    def _check_not_used_as_default(self):
        """Raise when a journal or payment method books on this escrow account by itself."""
        self.ensure_one()
        journals = self.env["account.journal"].sudo()  # sudo: of any company
        fnames = journals._get_default_account_fields()
        used = journals.with_context(active_test=False).search(
            fields.Domain.OR([(fname, "in", self.ids)] for fname in fnames), limit=1)
        lines = self.env["account.payment.method.line"].sudo()  # sudo: of any company
        used = used or lines.search([("payment_account_id", "in", self.ids)], limit=1)
        if used:
            raise ValidationError(self.env._(
                "%(account)s: %(user)s books on it; an escrow account cannot be used so.",
                account=self.display_name, user=used.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        if any(vals.get("escrow_role") for vals in vals_list):
            self.env.registry.clear_cache()  # escrow.posting keeps who has which role
        return accounts

    def write(self, vals):
        frozen = set(FROZEN) & set(vals)
        if frozen:
            self._check_escrow_frozen(frozen, vals)
        result = super().write(vals)
        if {"escrow_role", "company_ids"} & set(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        if self.filtered("escrow_role"):
            self.env.registry.clear_cache()
        return super().unlink()

    def _check_escrow_frozen(self, fnames, vals):
        """Raise when ``vals`` would change what an escrow account with entries keeps."""
        for account in self:
            changed = [
                fname for fname in fnames
                if account._fields[fname].type == "many2many"
                or (account[fname].id if account._fields[fname].relational else account[fname]) != vals[fname]]
            if not (account.escrow_role or "escrow_role" in changed):
                continue
            # sudo: entries of any company count
            if changed and self.env["account.move.line"].sudo().search_count(
                    [("account_id", "=", account.id)], limit=1):
                raise UserError(self.env._(
                    "%(account)s has entries; %(fields)s of an escrow account cannot change any more.",
                    account=account.display_name,
                    fields=", ".join(self._fields[fname]._description_string(self.env) for fname in changed)))

    def _check_no_escrow(self, user):
        """Raise when one of these accounts belongs to the escrow; ``user`` (str) would book on it."""
        if account := self.filtered("escrow_role")[:1]:
            raise ValidationError(self.env._(
                "%(user)s: %(account)s belongs to the rebate escrow, which only the settlement"
                " centre moves.", user=user, account=account.display_name))
