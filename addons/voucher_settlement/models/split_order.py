from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.merchant_alliance.tools.money import to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from .split_receiver import OPERATOR

FREEZE_DAYS = 30  # so long the provider keeps what is not split; then all of it is the merchant's
STATES = [
    ("draft", "To Split"), ("requested", "Requested"), ("finishing", "Finishing"), ("finished", "Finished"),
    ("failed", "Failed"), ("returned", "Refunded"), ("lost", "Not Split")]
OPEN = ("draft", "requested", "finishing", "failed")
DONE = ("finished", "returned")
# who may read splits: nobody else sees them on orders and payments
READERS = ("merchant_alliance.group_operator,merchant_alliance.group_auditor,"
           "voucher_settlement.group_settlement_maker,voucher_settlement.group_settlement_checker")
FACTS = {"name", "transaction_id", "order_id", "merchant_id", "payer", "provider_transaction", "amount", "date"}


class SplitOrder(models.Model):
    """One payment that a provider splits where it is taken: to escrow and platform, and the rest to the merchant.

    Facts are kept as they are; the state only changes by what the provider answers (``split_order_job``).
    """

    _name = "split.order"
    _description = "Split Payment"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    transaction_id = fields.Many2one(
        "payment.transaction", string="Payment", required=True, readonly=True, ondelete="restrict")
    provider_id = fields.Many2one(related="transaction_id.provider_id", store=True, index=True)
    order_id = fields.Many2one("sale.order", required=True, readonly=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    payer = fields.Char(
        string="Sub-merchant Number", required=True, readonly=True, help="The merchant's, which took the payment.")
    provider_transaction = fields.Char(string="Provider's Payment", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, index=True)
    deadline = fields.Date(
        readonly=True, compute="_compute_deadline", store=True,
        help="What is not split by then goes to the merchant by itself.")
    amount = fields.Monetary(string="Paid", required=True, readonly=True)
    merchant_amount = fields.Monetary(
        string="Merchant's Part", compute="_compute_merchant_amount",
        help="What is left for the merchant, before refunds.")

    state = fields.Selection(STATES, required=True, default="draft", readonly=True, index=True, tracking=True)
    reason = fields.Char(readonly=True, help="What the provider said last, if something is wrong.")
    attempt = fields.Integer(default=1, readonly=True)
    out_order_no = fields.Char(
        string="Request Number", readonly=True, copy=False, help="The same number is the same request to the provider.")
    request_sent_on = fields.Datetime(readonly=True, help="From then on it may have arrived, whatever was answered.")
    finish_sent_on = fields.Datetime(readonly=True)
    is_undecided = fields.Boolean(
        compute="_compute_is_undecided",
        help="The deadline has passed, and the provider does not tell what became of what it was asked for.")
    given_up = fields.Boolean(readonly=True, copy=False, help="An operator left the payment to the merchant.")
    tried_on = fields.Datetime(readonly=True)
    provider_number = fields.Char(string="Provider's Number", readonly=True)
    line_ids = fields.One2many("split.order.line", "order_id", readonly=True)
    return_ids = fields.One2many("split.return", "order_id", readonly=True)
    entry_ids = fields.One2many("split.entry", "order_id", readonly=True)

    _transaction_uniq = models.Constraint("UNIQUE (transaction_id)", "A payment is split once.")
    _out_order_no_uniq = models.UniqueIndex("(out_order_no)", "A request number is used once.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "A payment that is split is above zero.")
    _open_idx = models.Index("(merchant_id, order_id) WHERE state NOT IN ('finished', 'returned')")
    _next_idx = models.Index("(tried_on) WHERE state IN ('draft', 'requested', 'finishing')")

    @api.depends("date")
    def _compute_deadline(self):
        for order in self:
            order.deadline = order.date and order.date + timedelta(days=FREEZE_DAYS)

    @api.depends("amount", "line_ids.amount", "line_ids.state")
    def _compute_merchant_amount(self):
        for order in self:
            kept = order.line_ids.filtered(lambda line: line.state != "closed")
            order.merchant_amount = order.amount - sum(kept.mapped("amount"))

    @api.depends("state", "reason", "request_sent_on", "deadline")
    def _compute_is_undecided(self):
        for order in self:
            asked = order.state == "requested" or (order.state == "draft" and bool(order.request_sent_on))
            order.is_undecided = asked and bool(order.reason) and order._is_past_deadline()

    def _is_past_deadline(self):
        """Whether the provider has given by itself what was frozen."""
        self.ensure_one()
        return self.deadline < self.company_id._get_day()

    # -- making them -----------------------------------------------------------------------------

    @api.model
    def _make_for(self, tx):
        """Make the order of a payment (done, shared out) that its provider splits; empty if it does not; idempotent.

        Split is what belongs to one merchant alone that has a number with the provider, in the company's currency.
        """
        existing = self.search([("transaction_id", "=", tx.id)])
        share = tx.payment_id.alliance_share_ids
        merchant = share.merchant_id
        if existing or len(share) != 1 or share.is_own or share.is_voucher or not merchant.split_account:
            return existing
        # what was paid too much stays with the merchant until it is given back
        whole = to_cents(share.amount, share.currency_id) == tx._get_kept_cents()
        if tx.currency_id != share.currency_id or not tx.provider_reference or not whole:
            return existing
        name = self.env["ir.sequence"].next_by_code("split.order")
        order = self.create({
            "name": name, "out_order_no": name, "transaction_id": tx.id, "order_id": share.order_id.id,
            "merchant_id": merchant.id, "payer": merchant.split_account,
            "provider_transaction": tx.provider_reference, "date": share.date, "amount": share.amount})
        self._trigger()
        return order

    @api.model
    def _trigger(self):
        self.env.ref("voucher_settlement.ir_cron_split").sudo()._trigger()  # sudo: jobs are the system's

    # -- what operators do -------------------------------------------------------------------------

    def action_retry(self):
        """Ask the provider again for what it refused, under the same number (operator); what waits is tried at once.

        What it had accepted and then closed for some receiver gets a new number: the old one would only tell the same.

        :raise UserError: there is nothing left to do
        """
        self._check_operator()
        for order in self.sudo():  # sudo: the state is set by steps only
            touch(order)
            if order.state not in OPEN:
                raise UserError(self.env._("%s has not failed.", order.name))
            vals = {"tried_on": False}
            if order.state == "failed":
                vals |= {"state": "draft", "reason": False, "request_sent_on": False}
                if order.line_ids.filtered(lambda line: line.state == "closed"):
                    vals |= {"attempt": order.attempt + 1, "out_order_no": f"{order.name}-{order.attempt + 1}"}
            order.write(vals)
        self._trigger()

    def action_give_up(self):
        """Note that these will not be split: the payment is the merchant's, who owes the concession (operator).

        The concession is then drawn from the deposit. The provider is asked to unfreeze what it still holds.

        :raise UserError: it is not certain that nothing is on its way
        """
        self._check_operator()
        for order in self.sudo():  # sudo: see action_retry
            touch(order)
            if order.state != "failed" and not order._is_untouched():
                raise UserError(self.env._(
                    "%(name)s: not possible in the state “%(state)s”: what was asked of the provider may have"
                    " arrived, or been done.", name=order.name,
                    state=dict(order._fields["state"]._description_selection(self.env))[order.state]))
            order.write({"state": "finishing", "tried_on": False, "given_up": True})
        self._trigger()

    def _decide(self, lines, state):
        """Note that the provider's own record shows these parts as received, or not; then it ends by itself.

        :param lines: of this order
        :param str state: of lines: ``success`` or ``closed``
        :raise UserError: the provider can still tell, or has told
        """
        touch(self)
        if not self.is_undecided or any(line.state != "pending" for line in lines):
            raise UserError(self.env._(
                "%s: only what was asked for, and not answered by the deadline, is noted by hand.", self.name))
        labels = dict(lines._fields["state"]._description_selection(self.env))
        lines.write({"state": state, "out_order_no": self.out_order_no,
                     "reason": self.env._("Noted by %s.", self.env.user.name)})
        self.message_post(body=self.env._(
            "%(accounts)s: “%(state)s”, as %(user)s read in the provider's own record.", user=self.env.user.name,
            accounts=", ".join(lines.mapped("account")), state=labels[state]))
        if all(line.state != "pending" for line in self.line_ids):
            self.write({"state": "finishing", "tried_on": False})
            self._trigger()

    def action_retry_returns(self):
        """Ask again for what a receiver did not give back, so that the refund can go (operator).

        :raise UserError: nothing has failed
        """
        self._check_operator()
        failed = self.sudo().return_ids.filtered(lambda giveback: giveback.state == "failed")
        if not failed:
            raise UserError(self.env._("Everything that was asked for was given back, or is on its way."))
        failed._renew()
        self._trigger()

    def _check_operator(self):
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only operators may do this."))
        self.check_access("read")

    # -- what others are told ------------------------------------------------------------------------

    def _alert(self, summary, note):
        """Give the operator a task, once."""
        for order in self:
            user = order.company_id._get_task_owner()
            if not order.activity_ids.filtered(lambda task, text=summary: task.summary == text):
                order.activity_schedule("mail.mail_activity_data_todo", user_id=user.id, summary=summary, note=note)

    # -- guarded writing -------------------------------------------------------------------------

    def write(self, vals):
        if FACTS & set(vals):
            raise UserError(self.env._(
                "A split payment stays as it was made; the provider's answers change its state."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A split payment is not deleted."))
