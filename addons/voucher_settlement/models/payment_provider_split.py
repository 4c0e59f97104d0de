from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.split import SplitUnknownError

SYSTEM = "base.group_system"
LOCAL = ("127.0.0.1", "localhost")
ACCOUNTS = ("split_escrow_account", "split_escrow_name", "split_platform_account", "split_platform_name")


class PaymentProvider(models.Model):
    """A provider that can split payments where they are taken, once everything it needs has been entered."""

    _inherit = "payment.provider"

    split_adapter = fields.Selection(
        [("wechat", "WeChat Pay Profit Sharing")], string="Splits Payments By", groups=SYSTEM, copy=False,
        help="Concessions go to the escrow's own account with the provider when a payment is made, not by a later "
             "transfer. Only payments that the provider takes for one merchant, who has a sub-merchant number.")
    split_mchid = fields.Char(
        string="Service Provider Number", groups=SYSTEM, copy=False,
        help="The platform's own number with the provider.")
    split_appid = fields.Char(string="App ID", groups=SYSTEM, copy=False)
    split_serial = fields.Char(
        string="Certificate's Serial Number", groups=SYSTEM, copy=False, help="Of the certificate for the private key.")
    split_private_key = fields.Text(
        string="Private Key", groups=SYSTEM, copy=False, help="PEM, as the provider's tool made it.")
    split_apiv3_key = fields.Char(string="APIv3 Key", groups=SYSTEM, copy=False, help="32 characters.")
    split_public_key_id = fields.Char(
        string="Provider's Public Key ID", groups=SYSTEM, copy=False,
        help="With the public key below. Leave both empty for the provider's certificates, which are fetched by"
             " themselves.")
    split_public_key = fields.Text(string="Provider's Public Key", groups=SYSTEM, copy=False, help="PEM.")
    split_gateway = fields.Char(
        string="Other Address", groups=SYSTEM, copy=False,
        help="Of the provider's interface, with https://. Empty: the usual one.")
    split_escrow_account = fields.Char(
        string="Escrow's Merchant Number", groups=SYSTEM, copy=False,
        help="The account with the provider that pays out to the escrow's bank account, and to nothing else.")
    split_escrow_name = fields.Char(
        string="Escrow's Registered Name", groups=SYSTEM, copy=False, help="As the provider knows it; it is compared.")
    split_platform_account = fields.Char(
        string="Platform's Merchant Number", groups=SYSTEM, copy=False,
        help="Gets the platform's fee and the promoters' commission.")
    split_platform_name = fields.Char(string="Platform's Registered Name", groups=SYSTEM, copy=False)
    split_missing = fields.Char(
        string="Still Missing", compute="_compute_split_missing", groups=SYSTEM,
        help="Nothing is split before these are filled in.")

    _escrow_kept_apart = models.Constraint(
        "CHECK (split_escrow_account <> split_platform_account)",
        "The escrow's account with the provider must not be the platform's own.")

    @api.depends("split_adapter", *ACCOUNTS, "split_mchid", "split_appid", "split_serial", "split_private_key",
                 "split_apiv3_key", "split_public_key_id", "split_public_key")
    def _compute_split_missing(self):
        for provider in self:
            names = [self._fields[fname]._description_string(self.env) for fname in provider._get_split_missing()]
            provider.split_missing = ", ".join(names)

    @api.constrains("split_gateway")
    def _check_split_gateway(self):
        for provider in self:
            if provider.split_gateway:
                parts = urlsplit(provider.split_gateway)
                if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
                    raise ValidationError(self.env._("Other Address: it must begin with https://."))

    @api.constrains("split_apiv3_key")
    def _check_split_apiv3_key(self):
        for provider in self:
            if provider.split_apiv3_key and len(provider.split_apiv3_key.strip().encode()) != 32:
                raise ValidationError(self.env._("APIv3 Key: it has exactly 32 characters."))

    def _get_split_missing(self):
        """Return the fields that are not filled in; of a provider that does not split, none."""
        self.ensure_one()
        provider = self.sudo()  # sudo: only whether there are keys
        if not provider.split_adapter:
            return []
        adapter = self.env[f"split.adapter.{provider.split_adapter}"]
        return adapter._get_missing(provider) + [fname for fname in ACCOUNTS if not provider[fname]]

    def _get_adapter(self):
        """Return the ``split.adapter`` of a provider that splits.

        :raise SplitUnknownError: it does not, or not any more
        """
        if not self._splits():
            raise SplitUnknownError(self.env._("%s is not set up to split payments.", self.sudo().name))
        return self.env[f"split.adapter.{self.sudo().split_adapter}"].sudo()  # sudo: the adapter's name is no secret

    def _splits(self):
        """Whether payments of this provider are split where they are taken."""
        self.ensure_one()
        provider = self.sudo()  # sudo: see _get_split_missing
        return bool(provider.split_adapter and provider.state != "disabled" and not provider._get_split_missing())

    @api.model
    def _get_split_providers(self, company):
        """Return the company's providers that split (sudo)."""
        # sudo: see _get_split_missing
        providers = self.sudo().search([
            ("company_id", "=", company.id), ("split_adapter", "!=", False), ("state", "!=", "disabled")])
        return providers.filtered(lambda provider: provider._splits())
