from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.split import SplitError
from .split_receiver import OPERATOR

ABOVE_CAP = "mail.mail_activity_data_warning"


class AllianceMerchant(models.Model):
    """The merchant's number with a provider that splits payments, and what may be split off them."""

    _inherit = "alliance.merchant"

    split_account = fields.Char(
        string="Sub-merchant Number", copy=False, groups="base.group_user",
        help="The merchant's own number with the provider that splits payments. Its payments made with that provider "
             "then come to the merchant directly, without the concession.")
    split_receiver_ids = fields.One2many(
        "split.receiver", "merchant_id", readonly=True, groups="base.group_user")
    split_order_count = fields.Integer(compute="_compute_split_order_count", groups="base.group_user")
    split_cap = fields.Float(
        string="At Most (%)", readonly=True, copy=False, groups="base.group_user",
        help="What the provider lets be split off a payment of this merchant.")
    split_cap_on = fields.Datetime(string="Asked On", readonly=True, copy=False, groups="base.group_user")

    _split_account_uniq = models.UniqueIndex(
        "(company_id, split_account) WHERE split_account <> ''", "This sub-merchant number is another merchant's.")

    def _compute_split_order_count(self):
        counts = dict(self.env["split.order"]._read_group(
            [("merchant_id", "in", self.ids)], ["merchant_id"], ["__count"]))
        for merchant in self:
            merchant.split_order_count = counts.get(merchant, 0)

    @api.constrains("split_account")
    def _check_split_account(self):
        for merchant in self:
            if merchant.split_account and not (merchant.split_account.isdigit() and len(merchant.split_account) <= 32):
                raise UserError(self.env._("Sub-merchant Number: digits only, 32 at most."))

    def _get_split_provider(self):
        """Return the provider that splits this merchant's payments (sudo), empty if there is none."""
        self.ensure_one()
        providers = self.env["payment.provider"]
        return providers._get_split_providers(self.company_id)[:1] if self.split_account else providers.sudo()

    def _refresh_split_cap(self):
        """Ask the provider what may be split off at most; return it in per cent.

        :raise SplitError: it says no, or nothing
        """
        provider = self._get_split_provider()
        cap = provider._get_adapter()._get_cap(provider, self.split_account) / 100
        # sudo: written by the platform alone
        self.sudo().write({"split_cap": cap, "split_cap_on": fields.Datetime.now()})
        return cap

    def action_register_receivers(self):
        """Register escrow and platform as receivers of this merchant's payments, and ask for the cap (operator).

        A contract that is signed for more already leaves a to-do on the merchant.

        :raise UserError: no number, or no provider that splits
        """
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only operators may do this."))
        self.check_access("write")
        for merchant in self:
            if not (provider := merchant._get_split_provider()):
                raise UserError(self.env._(
                    "%s: enter its sub-merchant number first; a payment provider must be set up to split.",
                    merchant.name))
            self.env["split.receiver"]._get_for(
                provider, merchant, merchant.split_account)._register_all()
            try:
                cap = merchant._refresh_split_cap()
            except SplitError as error:
                merchant.message_post(body=self.env._("The provider did not tell what may be split off: %s", error))
            else:
                merchant._watch_split_cap(cap)

    def _watch_split_cap(self, cap):
        """Leave a to-do while a contract in force, or signed to come into force, is above ``cap`` (per cent)."""
        self.ensure_one()
        day = self.company_id._get_day()
        above = self.env["alliance.contract"].search([
            ("merchant_id", "=", self.id), ("state", "=", "active"),
            "|", ("date_end", "=", False), ("date_end", ">=", day)],
        ).filtered(lambda contract: contract._get_highest_rate() > cap)
        self.activity_unlink([ABOVE_CAP])  # what it says may be another rate, another cap
        if above:
            self.activity_schedule(
                ABOVE_CAP, user_id=self.company_id._get_task_owner().id,
                summary=self.env._("Concession above what the provider splits off"),
                note=self.env._(
                    "%(contracts)s: a concession of %(rate)s %% (the platform's part included) cannot be split at the"
                    " source; the provider splits at most %(cap)s %%. Amend the contract, or have the merchant raise"
                    " it in its account with the provider and ask again.",
                    contracts=", ".join(above.mapped("name")), rate=f"{above._get_highest_rate():g}", cap=f"{cap:g}"))

    def action_view_split_orders(self):
        """Open the merchant's split payments."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("voucher_settlement.action_split_order")
        return {**action, "domain": [("merchant_id", "=", self.id)], "context": {"create": False}}
