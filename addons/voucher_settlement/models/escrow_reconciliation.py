from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from .escrow_events import ESCROW_ROLES
from .payout_batch import CHECKER, MAKER

DIFFERS, MISSING = "mail.mail_activity_data_warning", "mail.mail_activity_data_todo"  # what checkers are told by
OWED = [role for role, _label in ESCROW_ROLES if role != "escrow_bank"]


class EscrowReconciliation(models.Model):
    """The segregation report of a day: the escrow bank in the ledger, at the bank, and what the escrow owes."""

    _name = "escrow.reconciliation"
    _description = "Escrow Reconciliation"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True, help="Balances at the end of this day.")
    statement_id = fields.Many2one("escrow.bank.statement", string="Bank Statement", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [("agreed", "Agreed"), ("transit", "On the Way"), ("differs", "Differs"), ("unknown", "No Statement")],
        required=True, readonly=True, tracking=True, index=True)
    ledger_amount = fields.Monetary(string="Escrow Bank per Ledger", readonly=True)
    bank_amount = fields.Monetary(string="Escrow Bank per Statement", readonly=True)
    rebate_pool = fields.Monetary(readonly=True)
    vouchers_outstanding = fields.Monetary(readonly=True)
    redeemed_due = fields.Monetary(string="Redeemed Vouchers Due", readonly=True)
    risk_reserve = fields.Monetary(readonly=True)
    owed_amount = fields.Monetary(string="Owed by the Escrow", readonly=True)
    transit_amount = fields.Monetary(
        string="Not at the Bank Yet", readonly=True, help="In the ledger up to this day, not at the bank yet.")
    unexplained_amount = fields.Monetary(
        string="Unexplained at the Bank", readonly=True, help="Movements that nothing in the ledger explains.")
    difference = fields.Monetary(readonly=True, help="Bank statement less ledger.")
    problem_count = fields.Integer(string="Problems", readonly=True)
    line_ids = fields.One2many("escrow.reconciliation.line", "reconciliation_id", readonly=True)
    transfer_ids = fields.One2many(
        "escrow.reconciliation.line", "reconciliation_id", string="To Transfer", readonly=True,
        domain=[("kind", "in", ("sweep", "reimburse"))])
    provided_ids = fields.One2many(
        "escrow.reconciliation.line", "reconciliation_id", string="From the Provider", readonly=True,
        domain=[("kind", "=", "provider")])
    unexplained_ids = fields.One2many(
        "escrow.reconciliation.line", "reconciliation_id", readonly=True,
        domain=[("kind", "=", "unexplained")])

    _day_uniq = models.Constraint("UNIQUE (company_id, date)", "A day is reconciled once.")
    _owed_adds_up = models.Constraint(
        "CHECK (owed_amount = rebate_pool + vouchers_outstanding + redeemed_due + risk_reserve)",
        "What the escrow owes must be the sum of its parts.")
    _differs_by = models.Constraint(
        "CHECK (statement_id IS NULL OR difference = bank_amount - ledger_amount)",
        "The difference must be that of bank and ledger.")
    _explained = models.Constraint(
        "CHECK (state <> 'agreed' OR (difference = 0 AND transit_amount = 0 AND unexplained_amount = 0"
        " AND owed_amount = ledger_amount AND statement_id IS NOT NULL))",
        "Agreed is only what agrees in every figure.")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("A reconciliation is made by the platform."))
        return super().create(vals_list)

    # -- reconciling -------------------------------------------------------------------------------

    @api.model
    def _reconcile(self, company):
        """Match, and compare the day of the last bank statement (today, if there is none); once for each day.

        :return: the reconciliation
        """
        self = self.sudo().with_company(company)  # sudo: figures of the books, shown to those who may see them
        self.env["escrow.posting"]._post_unposted(company)
        self.env["escrow.bank.line"]._match(company)
        statement = self.env["escrow.bank.statement"].search([("company_id", "=", company.id)], limit=1)
        vals = self._prepare_vals(company, statement)
        record = self.search([("company_id", "=", company.id), ("date", "=", vals["date"])])
        if not record:
            return self.create({**vals, "company_id": company.id})
        record.line_ids.unlink()
        record.write(vals)
        return record

    def _prepare_vals(self, company, statement):
        """Return the values of a day's reconciliation."""
        today = company._get_day()
        day, currency = statement.date or today, company.currency_id
        balances = {role: self._get_balance_on(company, role, day) for role, _label in ESCROW_ROLES}
        items = self.env["escrow.bank.line"]._get_open_items(company)
        # what a missing statement does not show is late all the same
        seen = today if self._is_behind(company, day) else day
        late = fields.Date.subtract(seen, days=company.escrow_transfer_days)
        lines = [{
            "kind": item["kind"], "day": item["day"], "name": item["name"],
            "amount": from_cents(item["cents"], currency), "overdue": bool(statement) and item["day"] <= late}
            for item in items]
        unexplained = self.env["escrow.bank.line"].search([("company_id", "=", company.id), ("matched", "=", False)])
        lines += [{
            "kind": "unexplained", "day": line.date, "name": line.reference, "amount": line.amount, "overdue": True,
            "bank_line_id": line.id} for line in unexplained]
        transit = sum(item["cents"] for item in items if item["day"] <= day)
        open_cents = sum(to_cents(line.amount, currency) for line in unexplained)
        bank = to_cents(statement.closing_balance, currency) if statement else 0
        owed, ledger = sum(balances[role] for role in OWED), balances["escrow_bank"]
        # every movement is a line, so that nothing else is left; a figure that says so, not a hope
        rest = bank - ledger + transit - open_cents if statement else 0
        if rest:
            lines.append({"kind": "unexplained", "day": day, "overdue": True, "amount": from_cents(rest, currency),
                          "name": self.env._("Explained by no movement")})
        problems = sum(line["overdue"] for line in lines) + (owed != ledger)
        if not statement:
            state = "unknown"
        elif problems:
            state = "differs"
        else:
            state = "transit" if transit or bank != ledger else "agreed"
        cents = {
            "ledger_amount": ledger, "bank_amount": bank, "owed_amount": owed, "transit_amount": transit,
            "unexplained_amount": open_cents + rest, "difference": bank - ledger if statement else 0,
            **{role: balances[role] for role in OWED}}
        return {
            "date": day, "statement_id": statement.id, "state": state, "problem_count": problems,
            **{name: from_cents(value, currency) for name, value in cents.items()},
            "line_ids": [fields.Command.create(line) for line in lines]}

    def _get_balance_on(self, company, role, day):
        """Return the posted balance of an escrow role at the end of ``day`` in cents, what is owed positive."""
        accounts = self.env["escrow.posting"]._get_escrow_accounts(role, company)
        [[balance]] = self.env["account.move.line"]._read_group(
            [("account_id", "in", accounts.ids), ("company_id", "=", company.id), ("parent_state", "=", "posted"),
             ("date", "<=", day)], [], ["balance:sum"])
        cents = to_cents(balance or 0.0, company.currency_id)
        return cents if role == "escrow_bank" else -cents

    def _get_problems(self):
        """Return what does not agree, as lines of text; empty when bank and ledger say the same."""
        self.ensure_one()
        if not self.statement_id:
            return [self.env._("No bank statement of the escrow has been imported yet.")]
        texts = []
        if to_cents(self.owed_amount, self.currency_id) != to_cents(self.ledger_amount, self.currency_id):
            texts.append(self.env._("The escrow owes %(owed)s and holds %(held)s.", owed=self._format(self.owed_amount),
                                    held=self._format(self.ledger_amount)))
        labels = dict(self.env["escrow.reconciliation.line"]._fields["kind"]._description_selection(self.env))
        return texts + [
            f"{labels[line.kind]}: {line.day} {line.name} {self._format(line.amount)}"
            for line in self.line_ids if line.overdue]

    @api.model
    def _is_behind(self, company, day):
        """Return whether ``company`` asks for statements of these days, and the last one, of ``day``, is too old."""
        return company.escrow_reconcile and day < self.env["settlement.period"]._get_oldest_day(company)

    def _get_missing(self):
        """Return that statements after this day are asked for, as lines of text; empty when none are."""
        self.ensure_one()
        if not self.statement_id or not self._is_behind(self.company_id, self.date):
            return []
        return [self.env._("The last bank statement is of %s: import those after it.", self.date)]

    def _format(self, amount):
        return self.currency_id.format(amount)

    # -- every day ---------------------------------------------------------------------------------

    @api.model
    def _cron_reconcile(self):
        """Compare every company that imports statements or asks for it, and raise the alarm where they differ."""
        importing = self.env["escrow.bank.statement"]._read_group([], ["company_id"])
        importing = self.env["res.company"].union(*(company for company, in importing))
        companies = self.env["escrow.posting"]._get_companies()
        self.env["ir.cron"]._run_each(
            companies.filtered("escrow_reconcile") | (companies & importing),
            lambda company: self._reconcile(company)._raise_alarm())

    def _raise_alarm(self):
        """Tell the checkers what differs, and that statements are missing; take back, of every day, what is mended."""
        self.ensure_one()
        alarmed = self.search([("company_id", "=", self.company_id.id), ("activity_ids", "!=", False)])
        if problems := self._get_problems():
            self._tell(DIFFERS, self.env._("Escrow bank and ledger differ on %s", self.date), problems, self)
        else:
            alarmed.activity_unlink([DIFFERS])
        if missing := self._get_missing():
            self._tell(MISSING, self.env._("Bank statements of the escrow after %s are missing", self.date), missing,
                       alarmed)
        else:
            alarmed.activity_unlink([MISSING])

    def _tell(self, kind, summary, problems, alarmed):
        """Tell those checkers by activity and mail who have no such activity on ``alarmed`` reconciliations."""
        told = alarmed.activity_ids.filtered(lambda task: task.activity_type_id == self.env.ref(kind)).user_id
        checkers = self.company_id._get_people(CHECKER) - told
        for checker in checkers:
            self.activity_schedule(kind, user_id=checker.id, summary=summary)
        if checkers:
            self.message_post(
                subject=summary, body="\n".join(problems), message_type="comment", subtype_xmlid="mail.mt_comment",
                partner_ids=checkers.partner_id.ids)

    @api.model
    def action_reconcile_now(self):
        """Compare now and show the result (maker, checker or auditor)."""
        groups = (MAKER, CHECKER, "merchant_alliance.group_auditor")
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(self.env._("Only settlement makers and checkers may do this."))
        record = self._reconcile(self.env.company)
        return {
            "type": "ir.actions.act_window", "name": self.env._("Escrow Reconciliation"), "res_model": self._name,
            "res_id": record.id, "view_mode": "form", "views": [(False, "form")], "target": "current"}


class EscrowReconciliationLine(models.Model):
    """A transfer to make, one that the provider makes, or a movement that nothing explains."""

    _name = "escrow.reconciliation.line"
    _description = "Escrow Reconciliation Line"
    _order = "day, id"

    reconciliation_id = fields.Many2one(
        "escrow.reconciliation", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="reconciliation_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("sweep", "Sweep"), ("reimburse", "Reimbursement"), ("provider", "From the Provider"),
         ("unexplained", "Unexplained")],
        required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    name = fields.Char(string="Write on the Transfer", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Positive: into the escrow. Negative: from the escrow to the operating bank.")
    overdue = fields.Boolean(readonly=True, help="Longer than transfers may take: it counts as a difference.")
    bank_line_id = fields.Many2one("escrow.bank.line", readonly=True, ondelete="cascade")
