from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.money import from_cents, split_by_weights, to_cents
from ..tools.serialize import touch

MAKER = "merchant_alliance.group_operator"
APPROVER = "merchant_alliance.group_approver"


class AllianceDividend(models.Model):
    """A part of a store's realised profit for its shareholders, by their stakes day for day.

    Nothing here promises one: there is no rate and no date to come, only profit that is there.
    """

    _name = "alliance.dividend"
    _description = "Dividend"
    _inherit = ["alliance.maker.checker"]
    _order = "date_to desc, id desc"
    _draft_fields = ("store_id", "date_from", "date_to", "amount")

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    store_id = fields.Many2one(
        "alliance.store", required=True, index=True, ondelete="restrict", tracking=True,
        domain=[("scene", "=", "supermarket")])
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From", required=True, tracking=True, help="First day whose shareholders get a part.")
    date_to = fields.Date(
        string="To", required=True, tracking=True, help="Last day; profit made after it is left out.")
    amount = fields.Monetary(
        required=True, tracking=True, help="For the whole store; the part of shares that nobody holds is not paid.")
    available_amount = fields.Monetary(
        string="Profit Available", compute="_compute_available_amount",
        help="Realised profit of the store up to the last day, less losses since then and the dividends from it.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "To Approve"), ("approved", "Approved"), ("cancelled", "Cancelled"),
         ("reversed", "Reversed")],
        required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    maker_id = fields.Many2one(string="Declared By", tracking=False)
    checker_id = fields.Many2one(string="Approved By", tracking=False)
    line_ids = fields.One2many("alliance.dividend.line", "dividend_id", readonly=True, copy=False)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, copy=False, ondelete="restrict")
    reversal_move_id = fields.Many2one("account.move", readonly=True, copy=False, ondelete="restrict")

    _amount_positive = models.Constraint("CHECK (amount > 0)", "Amount: a dividend is above zero.")
    _dates_in_order = models.Constraint("CHECK (date_from <= date_to)", "From: not after the last day.")
    _approved_is_booked = models.Constraint(
        "CHECK ((state IN ('approved', 'reversed')) = (move_id IS NOT NULL))", "An approved dividend has its entry.")

    @api.depends("store_id", "date_to", "state")
    def _compute_available_amount(self):
        for dividend in self:
            store = dividend.store_id
            cents = store._get_distributable_cents(dividend.date_to, dividend._origin) if (
                store.analytic_account_id and dividend.date_to) else 0
            dividend.available_amount = from_cents(cents, store.currency_id) if store else 0

    # -- steps ---------------------------------------------------------------------------------------

    def action_submit(self):
        """Reckon the shareholders' parts and ask another person to approve (operator).

        :raise UserError: more than the realised profit, no shareholders, or the time is not over
        """
        for dividend in self._start_step(MAKER, "draft"):
            dividend._check_covered()
            dividend._write_step(
                state="submitted", maker_id=self.env.uid,
                line_ids=[Command.clear(), *map(Command.create, dividend._prepare_lines())])
            dividend._ask_checkers(APPROVER, self.env._(
                "Check dividend %(name)s: %(amount)s of %(store)s", name=dividend.name,
                amount=dividend.currency_id.format(dividend.amount), store=dividend.store_id.name))

    def action_approve(self):
        """Book the dividend as owed to the shareholders (approver, another person than who declared it).

        :raise UserError: the same person, or the profit is not there any more
        """
        for dividend in self._start_step(APPROVER, "submitted"):
            dividend._check_second_person()
            dividend._check_covered()
            move = dividend._post()
            dividend._write_step(state="approved", checker_id=self.env.uid, move_id=move.id)
            dividend._end_asking(approved=True)

    def action_cancel(self):
        """Give up a dividend that was not approved (operator or approver)."""
        dividends = self._start_step((MAKER, APPROVER), "draft", "submitted")
        dividends._write_step(state="cancelled")
        dividends._end_asking()

    def action_reverse(self):
        """Take an approved dividend back by a reversal of its entry (approver)."""
        for dividend in self._start_step(APPROVER, "approved"):
            dividend._check_reversible()
            reversal = dividend.move_id._reverse_moves([{
                "ref": self.env._("Reversal of %s", dividend.name),
                "date": dividend.company_id._get_day()}])
            reversal._post(soft=False)
            dividend._write_step(state="reversed", reversal_move_id=reversal.id)

    def _check_reversible(self):
        """Hook: raise where a part has been paid, or is being paid."""

    def _lock_for_step(self):
        touch(self.store_id)  # its other dividends are from the same profit
        super()._lock_for_step()

    def _check_covered(self):
        """Raise unless the time is over and the store's realised profit reaches for this dividend."""
        store = self.store_id
        if not store.analytic_account_id:
            raise UserError(self.env._("%s: choose the store's profit account first.", store.name))
        if self.date_to > self.company_id._get_day():
            raise UserError(self.env._(
                "To: only profit that has been made can be distributed, until today at the latest."))
        available = store._get_distributable_cents(self.date_to, self)
        if to_cents(self.amount, self.currency_id) > available:
            raise UserError(self.env._(
                "Amount: %(store)s has a realised profit of %(available)s until %(day)s that neither a dividend"
                " nor a later loss has taken; %(amount)s cannot be distributed.", store=store.name, day=self.date_to,
                available=self.currency_id.format(float(from_cents(available, self.currency_id))),
                amount=self.currency_id.format(self.amount)))

    def _prepare_lines(self):
        """Return the values of the shareholders' lines; with what nobody holds they add up to the amount."""
        weights, nobody = self.store_id._get_share_weights(self.date_from, self.date_to)
        if not weights:
            raise UserError(self.env._("%s has no shareholders in that time.", self.store_id.name))
        parts = split_by_weights(to_cents(self.amount, self.currency_id), [*weights.values(), nobody])
        whole = sum(weights.values()) + nobody
        return [{
            "partner_id": partner.id, "percent": 100 * weight / whole, "amount": from_cents(cents, self.currency_id)}
            for (partner, weight), cents in zip(weights.items(), parts, strict=False)]

    # -- books ---------------------------------------------------------------------------------------

    def _post(self):
        """Post what is owed to each shareholder; return the entry."""
        company = self.company_id
        accounts = (
            company.dividend_journal_id, company.dividend_equity_account_id, company.dividend_payable_account_id)
        if not all(accounts):
            raise UserError(self.env._(
                "%s: choose journal and accounts for dividends under Settings, Rewards Platform.", company.name))
        journal, equity, payable = accounts
        lines = self.line_ids.filtered("amount")
        total = sum(to_cents(line.amount, self.currency_id) for line in lines)
        move = self.env["account.move"].with_company(company).create({
            "move_type": "entry", "journal_id": journal.id, "company_id": company.id, "ref": self.name,
            "date": company._get_day(), "line_ids": [
                Command.create({"account_id": equity.id, "name": self.store_id.name,
                                "debit": float(from_cents(total, self.currency_id))}),
                *(Command.create({"account_id": payable.id, "name": self.name, "partner_id": line.partner_id.id,
                                  "credit": line.amount}) for line in lines)]})
        move._post(soft=False)
        return move
