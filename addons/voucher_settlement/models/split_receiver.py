from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.split import SplitError, SplitRefusedError

OPERATOR = "merchant_alliance.group_operator"
ROLES = [("escrow", "Escrow"), ("platform", "Platform")]


class SplitReceiver(models.Model):
    """Who may get a part of a merchant's payments, as registered with the provider: the escrow, and the platform."""

    _name = "split.receiver"
    _description = "Split Receiver"
    _inherit = ["alliance.server.fields"]
    _order = "merchant_id, role, id"

    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True, ondelete="restrict")
    role = fields.Selection(ROLES, required=True, readonly=True)
    account = fields.Char(string="Merchant Number", required=True, readonly=True)
    name = fields.Char(string="Registered Name", required=True, readonly=True)
    payer = fields.Char(string="Sub-merchant Number", required=True, readonly=True)
    state = fields.Selection(
        [("draft", "To Register"), ("added", "Registered"), ("failed", "Refused"), ("removed", "Removed")],
        required=True, default="draft", readonly=True, index=True)
    reason = fields.Char(readonly=True, help="What the provider said.")

    _account_uniq = models.UniqueIndex(
        "(provider_id, payer, account)", "A receiver is registered once for each sub-merchant.")

    @api.model
    def _get_for(self, provider, merchant, payer):
        """Return the receivers of ``merchant``'s number ``payer`` as the settings have them now, made where missing."""
        provider = provider.sudo()  # sudo: numbers of the platform itself
        receivers = self.sudo().search([  # sudo: written by the platform alone
            ("provider_id", "=", provider.id), ("payer", "=", payer)])
        wanted = {provider[f"split_{role}_account"]: role for role, _label in ROLES}
        missing = [account for account in wanted if account not in receivers.mapped("account")]
        receivers += self.sudo().create([{
            "provider_id": provider.id, "merchant_id": merchant.id, "payer": payer,
            "role": wanted[account], "account": account, "name": provider[f"split_{wanted[account]}_name"],
        } for account in missing])
        return receivers.filtered(lambda receiver: receiver.account in wanted)

    def _register_all(self):
        """Register those that are not registered yet; what the provider says against it is kept as the reason.

        Those that it refused are ``failed``; without an answer they stay as they are.

        :return: whether all of them are registered now
        """
        for receiver in self.filtered(lambda receiver: receiver.state != "added"):
            provider = receiver.provider_id.sudo()  # sudo: the name may have been corrected since
            receiver.name = provider[f"split_{receiver.role}_name"]
            try:
                provider._get_adapter()._add_receiver(receiver)
                receiver.write({"state": "added", "reason": False})
            except SplitRefusedError as error:
                receiver.write({"state": "failed", "reason": str(error)})
            except SplitError as error:
                receiver.reason = str(error)
        return all(receiver.state == "added" for receiver in self)

    def action_register(self):
        """Register these with the provider (operator)."""
        self._check_operator()
        self.sudo()._register_all()  # sudo: written by the platform alone

    def action_remove(self):
        """Take these off the provider's list: nothing is split to them any more (operator).

        :raise UserError: the provider refuses it, or cannot be reached
        """
        self._check_operator()
        for receiver in self.sudo():  # sudo: written by the platform alone
            try:
                receiver.provider_id._get_adapter()._delete_receiver(receiver)
            except SplitError as error:
                raise UserError(self.env._(
                    "%(receiver)s was not removed: %(reason)s",
                    receiver=receiver.display_name, reason=error)) from error
            receiver.write({"state": "removed", "reason": False})

    def _check_operator(self):
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only operators may do this."))
        self.check_access("read")
