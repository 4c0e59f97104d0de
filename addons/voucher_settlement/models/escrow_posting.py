from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents

from ..tools import touch
from .account_account import ESCROW_ROLES
from .escrow_events import ESCROW_TOKEN, EVENT_PATTERNS

ROLES = {role for role, _label in ESCROW_ROLES}
OPERATING_KEYS = {
    "merchant_clearing", "merchant_deposit", "concession_transit", "concession_expense",
    "platform_fee", "commission_payable", "voucher_accepted", "operating_bank",
}


class EscrowPosting(models.AbstractModel):
    """The settlement centre's bookkeeper: the only maker of entries on the rebate escrow."""

    _name = "escrow.posting"
    _description = "Escrow Posting"

    @api.model
    def _post_event(self, event, company, lines, date=None, ref=None, partner=None):
        """Post one entry of the settlement centre; see :meth:`_post_events`."""
        return self._post_events(company, [
            {"event": event, "lines": lines, "date": date, "ref": ref, "partner": partner}])[0]

    @api.model
    def _post_events(self, company, specs):
        """Post entries of the settlement centre, all at once.

        :param list specs: dicts with ``event`` (one of ``ESCROW_EVENTS``), ``lines``: list of ``(role or
            operating key, signed cents, optional partner)``, plus is debit; and maybe ``date`` (today
            otherwise), ``ref``, ``partner``
        :return: the posted ``account.move`` of each spec, empty where all amounts are zero
        :raise UserError: the company has no escrow accounts, or an event does not allow its lines
        """
        vals_list = []
        for spec in specs:
            lines = [line for line in spec["lines"] if line[1]]
            self._check_pattern(spec["event"], lines)
            vals_list.append(self._prepare_move(
                spec["event"], company, lines, spec.get("date"), spec.get("ref"), spec.get("partner"),
            ) if lines else None)
        moves = self.env["account.move"].with_company(company).with_context(
            escrow_token=ESCROW_TOKEN, tracking_disable=True, mail_create_nolog=True,
        ).create([vals for vals in vals_list if vals])
        moves._post(soft=False)
        posted = iter(moves.with_context(self.env.context))
        return [next(posted) if vals else self.env["account.move"] for vals in vals_list]

    def _prepare_move(self, event, company, lines, date, ref, partner):
        if not company.escrow_journal_id:
            raise UserError(self.env._(
                "%s has no escrow journal: install a chart of accounts for it first"
                " (Accounting settings, Fiscal Localization).", company.name))
        return {
            "move_type": "entry",
            "journal_id": company.escrow_journal_id.id,
            "date": date or fields.Date.context_today(self),
            "ref": ref,
            "escrow_event": event,
            "line_ids": [(0, 0, self._prepare_line(company, line, ref, partner)) for line in lines],
        }

    def _prepare_line(self, company, line, ref, partner):
        key, cents, *rest = line
        holder = rest[0] if rest else partner
        amount = from_cents(cents, company.currency_id)
        return {
            "account_id": self._get_account(key, company).id,
            "name": ref or key,
            "partner_id": holder.id if holder else False,
            "debit": float(max(amount, 0)),
            "credit": float(max(-amount, 0)),
        }

    def _check_pattern(self, event, lines):
        allowed = EVENT_PATTERNS[event]
        for key, cents, *_rest in lines:
            if key in ROLES and allowed.get(key) != (1 if cents > 0 else -1):
                raise UserError(self.env._(
                    "Event %(event)s does not allow %(cents)s on %(role)s.",
                    event=event, cents=cents, role=key))

    @api.model
    def _get_account(self, key, company):
        """Return the account of an escrow role or an operating key.

        :raise UserError: the company has none
        """
        if key in ROLES:
            account = self.env["account.account"].search(
                [("escrow_role", "=", key), ("company_ids", "in", company.ids)], limit=1)
        elif key == "operating_bank":
            account = company.operating_bank_account_id or self.env["account.journal"].search([
                ("type", "=", "bank"), ("company_id", "=", company.id),
                ("id", "!=", company.voucher_journal_id.id)], limit=1).default_account_id
        else:
            account = company[f"{key}_account_id"]
        if not account:
            raise UserError(self.env._(
                "%(company)s has no account for %(key)s: install its chart of accounts, or choose the"
                " account in the settings.", company=company.name, key=key))
        return account

    @api.model
    def _serialize_pool(self, company):
        """Make decisions that spend the pool follow each other: whoever comes second is retried.

        Else a settlement and a refund could both find the same money in the pool and both take it.
        """
        touch(self._get_account("rebate_pool", company))

    @api.model
    def _get_balance(self, role, company):
        """Return the posted balance of an escrow role in cents; liabilities are positive."""
        self.env.flush_all()
        [[cents]] = self.env.execute_query(SQL(
            """SELECT COALESCE(SUM(l.balance) * power(10::numeric, %(decimals)s), 0)::bigint
                 FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                WHERE a.escrow_role = %(role)s AND l.company_id = %(company)s
                  AND l.parent_state = 'posted'""",
            role=role, company=company.id, decimals=company.currency_id.decimal_places))
        return cents if role == "escrow_bank" else -cents
