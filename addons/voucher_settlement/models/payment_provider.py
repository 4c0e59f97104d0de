from odoo import api, fields, models

from odoo.addons.payment import utils as payment_utils


class PaymentProvider(models.Model):
    """Vouchers in the web checkout: authorised and captured by the wallet, never by a form."""

    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[("voucher", "Vouchers")], ondelete={"voucher": "set default"})

    def _compute_feature_support_fields(self):
        super()._compute_feature_support_fields()
        self.filtered(lambda provider: provider.code == "voucher").update({
            "support_manual_capture": "full_only",
            "support_refund": "partial",
        })

    def _get_default_payment_method_codes(self):
        self.ensure_one()
        if self.code != "voucher":
            return super()._get_default_payment_method_codes()
        return {"voucher"}

    @api.model
    def _get_compatible_providers(self, *args, report=None, **kwargs):
        """Keep vouchers out of the payment form: they have a box of their own beside it."""
        providers = super()._get_compatible_providers(*args, report=report, **kwargs)
        vouchers = providers.filtered(lambda provider: provider.code == "voucher")
        payment_utils.add_to_report(
            report, vouchers, available=False, reason=self.env._("vouchers are applied apart"))
        return providers - vouchers

    def _is_open_to_shoppers(self):
        # of the wallet, behind a box of its own: it is never published
        return super()._is_open_to_shoppers() or (self.code == "voucher" and self.state == "enabled")

    @api.model
    def _get_voucher_provider(self, company):
        """Return the company's provider of vouchers (sudo), empty when it takes none.

        sudo: shoppers may not read providers.
        """
        return self.sudo().search(
            [("code", "=", "voucher"), ("company_id", "=", company.id), ("state", "=", "enabled")],
            limit=1)

    @api.model
    def _setup_vouchers(self, company):
        """Enable the company's provider of vouchers on its voucher journal; idempotent."""
        domain = [("code", "=", "voucher"), ("company_id", "=", company.id)]
        if not self.sudo().search(domain, limit=1):  # sudo: see res.company
            self.sudo()._setup_provider("voucher")
        provider = self.sudo().search(domain, limit=1)
        if not provider:
            return
        provider.write({"journal_id": company.voucher_journal_id.id, "state": "enabled"})
        # What vouchers pay waits on the account for accepted vouchers, not on the usual outstanding one.
        company.voucher_journal_id.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == provider,
        ).payment_account_id = company.voucher_accepted_account_id
