import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from ..tools import bank_csv, camt053
from ..tools.file_error import explain
from .escrow_bank_match import OPENING


class EscrowBankStatement(models.Model):
    """Takes statements in: each file and each movement once, and without a gap."""

    _inherit = "escrow.bank.statement"

    @api.model
    def _take_in(self, company, content, filename):
        """Import a camt.053 or CSV file, whole or not at all, and match what is new with the ledger.

        :param bytes content: of the file
        :return: the statements
        :raise UserError: says which statement or line is not right, or that it is known already
        """
        digest = hashlib.sha256(content).hexdigest()
        touch(self.env["escrow.posting"]._get_account("escrow_bank", company))  # one import after the other
        if self.search_count([("company_id", "=", company.id), ("sha256", "=", digest)], limit=1):
            raise UserError(self.env._("%s was imported already.", filename))
        statements = self.browse()
        for found in self._read(content, digest):
            statements |= self._add(company, found, filename, digest)
        self.env["escrow.bank.line"]._match(company)
        return statements

    def _read(self, content, digest):
        try:
            if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
                return sorted(camt053.read(content), key=lambda found: found["date"])
            found = bank_csv.read_statement(content)
            return [{**found, "id": f"CSV {found['date']} {digest[:8]}"}]
        except ValueError as error:
            raise UserError(self.env._("The file cannot be read: %s", explain(error, self.env))) from error

    def _add(self, company, found, filename, digest):
        """Create one statement from what was read, after checking that it follows the last one."""
        currency = company.currency_id
        previous = self.search([("company_id", "=", company.id)], limit=1)
        self._check(company, found, previous)
        opening, closing = (to_cents(found[name], currency) for name in ("opening", "closing"))
        movement = sum(to_cents(line["amount"], currency) for line in found["lines"])
        if opening + movement != closing:
            raise UserError(self.env._(
                "%(name)s: opening balance %(opening)s and movements %(movement)s are not the closing balance"
                " %(closing)s.",
                name=found["id"], opening=found["opening"], movement=from_cents(movement, currency),
                closing=found["closing"]))
        lines = found["lines"]
        if not previous and opening:
            # a movement like any other, so that it has to be explained, too
            first = min([line["date"] for line in lines] or [found["date"]])
            lines = [{"date": first, "amount": found["opening"], "reference": f"{OPENING} {found['id']}",
                      "description": self.env._("Balance before the first statement")}, *lines]
            opening, movement = 0, closing
        return self.create({
            "name": found["id"], "company_id": company.id, "previous_id": previous.id, "date": found["date"],
            "account": found["account"], "filename": filename, "sha256": digest,
            "opening_balance": from_cents(opening, currency), "movement": from_cents(movement, currency),
            "closing_balance": from_cents(closing, currency),
            "line_ids": [fields.Command.create({
                "date": line["date"], "amount": from_cents(to_cents(line["amount"], currency), currency),
                "reference": line["reference"], "description": line["description"][:500]}) for line in lines]})

    def _check(self, company, found, previous):
        """Raise unless a statement is of this account and begins where the last one ended."""
        wanted = "".join(sign for sign in (company.escrow_account_number or "") if sign.isalnum()).upper()
        given = "".join(sign for sign in found["account"] if sign.isalnum()).upper()
        if wanted and given and wanted != given:
            raise UserError(self.env._("%(name)s is of account %(given)s; the escrow's is %(wanted)s.",
                                       name=found["id"], given=found["account"], wanted=company.escrow_account_number))
        if found["currency"] and found["currency"] != company.currency_id.name:
            raise UserError(self.env._("%(name)s is in %(given)s; the books are in %(wanted)s.",
                                       name=found["id"], given=found["currency"], wanted=company.currency_id.name))
        if self.search_count([("company_id", "=", company.id), ("name", "=", found["id"])], limit=1):
            raise UserError(self.env._("Statement %s was imported already.", found["id"]))
        known = set(self.env["escrow.bank.line"].search([
            ("company_id", "=", company.id), ("reference", "in", [line["reference"] for line in found["lines"]]),
        ]).mapped("reference"))
        for line in found["lines"]:
            if line["reference"] in known:
                raise UserError(self.env._(
                    "%(where)s: the bank's reference %(reference)s was imported already, or is there twice.",
                    where=line["where"], reference=line["reference"]))
            known.add(line["reference"])
            if not line["amount"]:
                raise UserError(self.env._("%s: the amount is zero.", line["where"]))
            if line["date"] > found["date"] or (previous and line["date"] < previous.date):
                raise UserError(self.env._(
                    "%(where)s: its day %(day)s is not within the statement.", where=line["where"], day=line["date"]))
        if previous and (found["date"] < previous.date or to_cents(
                found["opening"], company.currency_id) != to_cents(previous.closing_balance, company.currency_id)):
            raise UserError(self.env._(
                "%(name)s begins with %(opening)s, but %(previous)s of %(day)s ended with %(closing)s: one is missing.",
                name=found["id"], opening=found["opening"], previous=previous.name, day=previous.date,
                closing=previous.closing_balance))
