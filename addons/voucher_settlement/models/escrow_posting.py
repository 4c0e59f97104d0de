from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from ..tools.totals import BOOK_TALLY, LEDGER_TALLY
from .escrow_events import BACKED_EVENTS, CREDIT_GROUPS, ESCROW_EVENTS, ESCROW_ROLES, SETTLEMENT_CENTRE
from .escrow_guard import install_guard

ROLES = dict(ESCROW_ROLES)
EVENTS = dict(ESCROW_EVENTS)


class EscrowPosting(models.AbstractModel):
    """The only maker of escrow entries. Nothing here is public."""

    _name = "escrow.posting"
    _description = "Escrow Posting"

    def init(self):
        # after all columns exist
        self.pool.post_init(install_guard, self.env.cr)
        for tally in (LEDGER_TALLY, BOOK_TALLY):
            self.pool.post_init(tally.install, self.env.cr)

    # -- posting -----------------------------------------------------------------------------

    @api.model
    def _post_event(self, event, company, lines, date=None, ref=None, partner=None, backing=None):
        """Post one journal entry of the settlement centre.

        :param str event: one of ``ESCROW_EVENTS``; decides which escrow roles may move, and how
        :param company: ``res.company``
        :param list lines: ``(key, signed cents[, partner])``: escrow role, operating key
            (``res_company.OPERATING_KEYS``) or an account outside the escrow; debit positive; lines of 0 are left out
        :param date: day of the entry, today if None
        :param str ref: reference
        :param partner: for lines that name none
        :param backing: record that an event paying out of the escrow bank is for (``BACKED_EVENTS``)
        :return: the posted ``account.move``; empty when all lines are 0
        :raise UserError: no chart of accounts, pattern broken, pool too small, or no sound backing
        """
        return self._post_events(company, [{
            "event": event, "lines": lines, "date": date, "ref": ref, "partner": partner,
            "backing": backing}])

    @api.model
    def _post_events(self, company, specs):
        """Post several entries at once; see :meth:`_post_event` for the keys of each.

        :return: the moves, one for each of ``specs`` that has lines, in order
        """
        # sudo: who may cause an event is decided where it happens; nobody posts escrow entries by hand
        self = self.sudo().with_company(company)
        specs = [spec for spec in ({**spec, "lines": [line for line in spec["lines"] if line[1]]}
                                   for spec in specs) if spec["lines"]]
        if not specs:
            return self.env["account.move"]
        self._check_balanced(specs)
        self._check_covered(company, specs)
        self._check_backed(specs)
        touch(self._get_journal(company))  # its entries are chained: one transaction after the other
        context = {
            "tracking_disable": True, "mail_create_nolog": True, "escrow_maker": SETTLEMENT_CENTRE,
            "check_move_validity": False,  # done above, in cents
            "skip_analytic_sync": True}  # drafts have no analytic lines yet; posting makes them
        moves = self.env["account.move"].with_context(**context).create(
            self._prepare_moves_vals(company, specs))
        moves._post(soft=False)
        moves = moves.with_env(self.env)
        for move, spec in zip(moves, specs, strict=True):
            if spec["event"] in BACKED_EVENTS:
                spec["backing"]._link_escrow_move(move)
        return moves

    def _prepare_moves_vals(self, company, specs):
        """Return the values of one ``account.move`` for each event."""
        vals_list = [self._prepare_move_vals(company, spec) for spec in specs]
        if not self.env["account.analytic.distribution.model"].search_count([], limit=1):
            for vals in vals_list:
                for _command, _id, line in vals["line_ids"]:
                    line["analytic_distribution"] = False  # else Odoo looks for a model, line by line
        return vals_list

    def _prepare_move_vals(self, company, spec):
        """Return the values of the ``account.move`` for one event."""
        return {
            "move_type": "entry",
            "journal_id": self._get_journal(company).id,
            "company_id": company.id,
            "escrow_event": spec["event"],
            "date": spec.get("date") or company._get_day(),
            "ref": spec.get("ref"),
            "line_ids": [
                fields.Command.create(self._prepare_line_vals(company, spec, *line))
                for line in spec["lines"]],
        }

    def _prepare_line_vals(self, company, spec, key, cents, partner=None):
        """Return the values of one ``account.move.line``."""
        amount = float(from_cents(cents, company.currency_id))
        partner = partner or spec.get("partner")
        return {
            "account_id": self._get_account(key, company).id,
            "name": self._get_event_label(spec["event"]),
            "partner_id": partner.id if partner else False,
            "currency_id": company.currency_id.id,
            "balance": amount,
            "amount_currency": amount,
        }

    def _get_event_label(self, event):
        return self._get_label("account.move", "escrow_event", event)

    def _get_label(self, model, fname, value=None):
        """Return the label of a field, or of one of its values, in the reader's language."""
        field = self.env[model]._fields[fname]
        return field._description_string(self.env) if value is None else dict(
            field._description_selection(self.env))[value]

    def _check_balanced(self, specs):
        """Raise unless the lines of each entry add up to zero."""
        for spec in specs:
            if total := sum(cents for _key, cents, *_partner in spec["lines"]):
                raise UserError(self.env._(
                    "%(event)s: the lines of the entry add up to %(total)s cents, not to zero.",
                    event=self._get_event_label(spec["event"]), total=total))

    def _check_covered(self, company, specs):
        """Raise unless pool and risk reserve hold what these events take out of them."""
        for role in ("rebate_pool", "risk_reserve"):
            taken = self._get_taken_cents(role, specs)
            if not taken:
                continue
            self._serialize(role, company)
            held = self._get_takeable_cents(role, company, specs)
            if taken > held:
                raise UserError(self.env._(
                    "%(role)s holds %(held)s; %(taken)s cannot be taken out of it.",
                    role=self._get_account(role, company).display_name,
                    held=from_cents(held, company.currency_id),
                    taken=from_cents(taken, company.currency_id)))

    def _get_taken_cents(self, role, specs):
        return sum(cents for spec in specs for key, cents, *_partner in spec["lines"]
                   if cents > 0 and self._get_role(key) == role)

    def _get_takeable_cents(self, role, company, _specs):
        """Return how many cents these events may take out of ``role``."""
        return self._get_balance(role, company)

    @api.model
    def _serialize_pool(self, company):
        """Make decisions that spend the pool follow each other: whoever comes second is retried.

        Else a settlement and a refund could both find the same money in the pool and both take it.
        """
        self._serialize("rebate_pool", company)

    def _serialize(self, role, company):
        touch(self._get_account(role, company))

    def _check_backed(self, specs):
        """Raise unless a record stands behind each payment out of the escrow bank, with that amount."""
        for spec in specs:
            model, paid = BACKED_EVENTS.get(spec["event"]), -sum(
                cents for key, cents, *_partner in spec["lines"] if self._get_role(key) == "escrow_bank")
            if not model:
                if paid > 0:
                    raise UserError(self.env._(
                        "Event %s cannot take money out of the escrow bank.", self._get_event_label(spec["event"])))
                continue
            backing = spec.get("backing")
            if backing is None or backing._name != model or len(backing) != 1:
                raise UserError(self.env._(
                    "%s: a document must stand behind a payment out of the escrow bank.",
                    self._get_event_label(spec["event"])))
            backing._check_escrow_payment(paid)

    # -- accounts and balances -----------------------------------------------------------------

    @api.model
    def _has_books(self, company):
        """Whether ``company`` has a chart of accounts with the escrow; else events wait unposted."""
        return bool(company.sudo().escrow_journal_id or company.sudo().root_id.escrow_journal_id)

    @api.model
    def _get_companies(self):
        """Return the companies that have books, for jobs."""
        return self.env["res.company"].search([("chart_template", "!=", False)]).filtered(self._has_books)

    @api.model
    def _get_journal(self, company):
        """Return the hash-chained journal of the escrow (UserError says how to get one)."""
        journal = company.escrow_journal_id or company.root_id.escrow_journal_id
        if not journal:
            raise UserError(self.env._(
                "%s has no escrow accounts yet: choose its chart of accounts under Accounting,"
                " Settings, Fiscal Localization; the escrow comes with it.", company.name))
        return journal

    @api.model
    def _get_role(self, key):
        """Return the escrow role that a key of a line stands for, also where the key is an account."""
        return key.escrow_role if isinstance(key, models.BaseModel) else key

    @api.model
    def _get_account(self, key, company):
        """Return the account of an escrow role or operating key in ``company``; an account is itself.

        :raise UserError: there is none, or more than one
        """
        if isinstance(key, models.BaseModel):
            return key
        if key in ROLES:
            account = self._get_escrow_accounts(key, company)
            if len(account) == 1:
                return account
            self._get_journal(company)  # no chart at all: say so
            raise UserError(self.env._(
                "%(company)s needs exactly one account with the escrow role “%(role)s”, not %(count)s.",
                company=company.name, role=self._get_label("account.account", "escrow_role", key),
                count=len(account)))
        fname = f"{key}_account_id"
        account = company[fname] or company.root_id[fname]
        if not account:
            self._get_journal(company)
            raise UserError(self.env._(
                "%(company)s: choose the account “%(field)s” under Settings, Rewards Platform.",
                company=company.name, field=company._fields[fname]._description_string(self.env)))
        return account

    @api.model
    def _get_escrow_accounts(self, roles, company):
        # sudo: balances are asked by jobs
        accounts = self.env["account.account"].sudo().with_context(active_test=False)
        roles = (roles,) if isinstance(roles, str) else tuple(roles)
        return accounts.browse(self._get_escrow_account_ids(roles, company))

    @tools.ormcache("roles", "company.id")
    def _get_escrow_account_ids(self, roles, company):
        """Return ids of accounts with one of ``roles``; accounts clear this cache when their roles change."""
        accounts = self.env["account.account"].sudo().with_context(active_test=False)  # sudo: see above
        return accounts.search([
            *accounts._check_company_domain(company.root_id | company), ("escrow_role", "in", roles)]).ids

    @api.model
    def _get_balance(self, key, company):
        """Return the posted balance in cents; liabilities, deposits and the like count positive.

        :param str key: escrow role or operating key
        """
        accounts = self._get_escrow_accounts(key, company) if key in ROLES else self._get_account(key, company)
        return sum(self._get_balances(accounts, company).values())

    @api.model
    def _get_balances(self, accounts, company):
        """Return ``{account: cents}`` as :meth:`_get_balance` counts them, however many entries there are."""
        self.env["account.move.line"].flush_model()
        totals = dict(self.env.execute_query(SQL(
            """SELECT account_id, SUM(amount)::text FROM voucher_settlement_tally_books
                WHERE account_id IN %s AND company_id = %s GROUP BY account_id""",
            tuple(accounts.ids) or (0,), company.id)))
        return {account: self._to_cents(totals.get(account.id, "0"), company)
                * (-1 if account.internal_group in CREDIT_GROUPS else 1) for account in accounts}

    # -- helpers -------------------------------------------------------------------------------

    def _post_rows(self, company, batches):
        """Book rows of several ledgers at once: Odoo makes many entries together much faster than one by one.

        :param list batches: ``(model, field that names the entry, [(event spec, row ids)])``
        :return: the moves made
        """
        moves = self._post_events(company, [spec for _model, _fname, rows in batches for spec, _ids in rows])
        start = 0
        for model, fname, rows in batches:
            own, start = moves[start:start + len(rows)], start + len(rows)
            self._link_records(model, fname, zip([ids for _spec, ids in rows], own, strict=True))
        return moves

    def _to_cents(self, text, company):
        """Return an SQL ``numeric`` read as text in cents of the company's currency."""
        return to_cents(Decimal(text), company.currency_id)

    def _link_records(self, model, fname, pairs):
        """Note a record (the entry that books them) on ledger rows, in one statement and once for each row.

        Past their append-only guard: nothing but this link changes.

        :param pairs: of (list of row ids, record)
        """
        ids, move_ids = [], []
        for row_ids, move in pairs:
            ids += row_ids
            move_ids += [move.id] * len(row_ids)
        if not ids:
            return
        table, column = SQL.identifier(self.env[model]._table), SQL.identifier(fname)
        self.env.execute_query(SQL(
            """UPDATE %(table)s AS row SET %(column)s = c.move
                 FROM unnest(%(ids)s, %(moves)s) AS c (id, move)
                WHERE row.id = c.id AND row.%(column)s IS NULL""",
            table=table, column=column, ids=ids, moves=move_ids))
        self.env[model].invalidate_model([fname])
