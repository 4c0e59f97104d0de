from odoo import models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents

from ..tools import bank_csv, pain001
from ..tools.file_error import explain


class PayoutBatch(models.Model):
    """The bank files of a payout: the same payments as CSV and as ISO 20022 pain.001."""

    _inherit = "payout.batch"

    def _make_files(self, lines):
        """Return ``{"xml": bytes, "csv": bytes}``.

        :raise UserError: the company has no account to pay from, or a name or number is not allowed in a bank file
        """
        order = self._prepare_order(lines)
        try:
            return {"xml": pain001.build(order), "csv": bank_csv.write_order(order)}
        except ValueError as error:
            raise UserError(self.env._("%(name)s: the bank file cannot be made: %(error)s", name=self.name,
                                       error=explain(error, self.env))) from error

    def _prepare_order(self, lines):
        """Return what is in the files, as plain values: amounts are ``Decimal`` units of the company's currency."""
        bank = self._get_own_bank()
        digits = self.currency_id
        return {
            "id": self.name.replace("/", "-"), "currency": digits.name,
            "day": self.company_id._get_day(),
            "decimals": digits.decimal_places,
            "payer": {**self._prepare_party(bank.acc_holder_name or self.company_id.name, {
                "acc_number": bank.sanitized_acc_number, "acc_type": bank.acc_type, "bank_name": bank.bank_id.name,
                "bank_bic": bank.bank_bic, "clearing_number": bank.clearing_number}),
                "country": self.company_id.country_id.code},
            "payments": [{
                **self._prepare_party(line.acc_holder, {
                    "acc_number": line.acc_number, "acc_type": line.bank_id.acc_type, "bank_name": line.bank_name,
                    "bank_bic": line.bank_bic, "clearing_number": line.clearing_number}),
                "country": line.partner_id.country_id.code,
                "reference": line.name, "amount": from_cents(line._get_cents(), digits),
                "text": line.label or self.name,
            } for line in lines]}

    def _prepare_party(self, name, bank):
        return {"name": name, "account": bank["acc_number"], "iban": bank["acc_type"] == "iban",
                "bank": bank["bank_name"] or "", "bic": bank["bank_bic"] or "",
                "clearing": bank["clearing_number"] or ""}

    def _get_own_bank(self):
        """Return the company's bank account that pays: the chosen one, or that of the operating bank's journal."""
        company = self.company_id
        bank = company.payout_bank_id or self.env["account.journal"].search([
            *self.env["account.journal"]._check_company_domain(company), ("type", "=", "bank"),
            ("default_account_id", "=", company.operating_bank_account_id.id)], limit=1).bank_account_id
        if not bank:
            raise UserError(self.env._(
                "%s: choose the bank account that pays under Settings, Rewards Platform.", company.name))
        return bank
