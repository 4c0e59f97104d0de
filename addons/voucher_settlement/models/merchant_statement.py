from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# What only issuing writes.
FIGURES = {
    "deposit_opening", "deposit_in", "deposit_out", "deposit_drawn", "deposit_closing",
    "account_opening", "collected_amount", "account_split", "concession_amount", "account_drawn", "account_reimbursed",
    "payout_amount", "account_closing", "commission_amount",
    "voucher_opening", "redeemed_amount", "corrected_amount", "reimbursed_amount", "voucher_closing",
    "sale_count", "refund_count", "cash_amount"}
FROZEN = FIGURES | {"name", "merchant_id", "previous_id", "date_from", "date_to"}


class MerchantStatement(models.Model):
    """What happened between a merchant and the platform in an interval, down to each sale.

    Three accounts, each opening + movements = closing: the prepaid deposit; the account with the platform
    (collected for the merchant and reimbursed, less concessions and payouts); the vouchers it took and is reimbursed
    for. Every row of the ledgers is on exactly one statement: what arrives late is on the next one, with its own date.
    """

    _name = "merchant.statement"
    _description = "Merchant Statement"
    _inherit = ["alliance.server.fields", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    previous_id = fields.Many2one(
        "merchant.statement", string="Previous Statement", readonly=True, ondelete="restrict",
        help="Its closing balances are this one's opening balances.")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True, index=True)
    state = fields.Selection(
        [("issued", "Issued"), ("disputed", "Disputed"), ("answered", "Answered")],
        required=True, default="issued", readonly=True, tracking=True, index=True)

    sale_count = fields.Integer(string="Sales", readonly=True)
    refund_count = fields.Integer(string="Refunds", readonly=True)
    cash_amount = fields.Monetary(string="Cash Paid", readonly=True, help="What shoppers paid in cash, less refunds.")

    deposit_opening = fields.Monetary(string="Deposit Before", readonly=True)
    deposit_in = fields.Monetary(string="Paid In", readonly=True)
    deposit_out = fields.Monetary(string="Paid Back", readonly=True)
    deposit_drawn = fields.Monetary(
        string="Used for Concessions", readonly=True, help="Negative: drawn; positive: given back by refunds.")
    deposit_closing = fields.Monetary(string="Deposit After", readonly=True)

    account_opening = fields.Monetary(
        string="Account Before", readonly=True, help="Positive: the platform owes the merchant.")
    collected_amount = fields.Monetary(
        string="Collected for the Merchant", readonly=True,
        help="Paid to the platform in money, in the web mall and by scan-to-pay, less refunds. "
             "What was paid with vouchers is under vouchers.")
    account_split = fields.Monetary(
        string="Received at the Source", readonly=True,
        help="Negative: the provider gave it to the merchant when the shopper paid.")
    concession_amount = fields.Monetary(string="Concessions", readonly=True, help="Negative: conceded.")
    commission_amount = fields.Monetary(
        string="For Promoters", readonly=True,
        help="What of the concessions is set aside for the promoters of these shoppers. It costs nothing besides.")
    rewards_amount = fields.Monetary(
        string="For Rewards and the Platform", compute="_compute_rewards_amount",
        help="What of the concessions is for vouchers, the risk reserve and the platform's fee.")
    account_drawn = fields.Monetary(string="Paid from the Deposit", readonly=True)
    account_reimbursed = fields.Monetary(
        string="Vouchers Reimbursed", readonly=True, help="Came out of the escrow for the merchant's account.")
    payout_amount = fields.Monetary(
        string="Paid Out", readonly=True, help="Negative: paid to the merchant's bank account, as the bank confirmed.")
    account_closing = fields.Monetary(string="Account After", readonly=True)

    voucher_opening = fields.Monetary(string="Vouchers Before", readonly=True)
    redeemed_amount = fields.Monetary(
        string="Vouchers Accepted", readonly=True, help="Less what refunds gave back to shoppers.")
    corrected_amount = fields.Monetary(
        string="Corrections", readonly=True,
        help="Negative: vouchers that were spent by mistake and given back to shoppers, with two people's approval.")
    reimbursed_amount = fields.Monetary(string="Reimbursed", readonly=True)
    voucher_closing = fields.Monetary(string="Vouchers to Be Reimbursed", readonly=True)

    net_amount = fields.Monetary(
        string="Net", compute="_compute_net_amount",
        help="Account and vouchers. Positive: the platform owes the merchant; negative: the merchant owes it.")
    disputed_on = fields.Datetime(readonly=True, copy=False)
    dispute_reason = fields.Text(readonly=True, copy=False)
    dispute_until = fields.Date(compute="_compute_dispute_until", help="Last day on which it can be disputed.")
    answer = fields.Text(
        copy=False, help="What the merchant reads. Corrections are new entries, on the next statement.")

    _merchant_date_uniq = models.Constraint(
        "UNIQUE (merchant_id, date_to)", "A merchant has one statement for each interval.")
    _previous_uniq = models.Constraint("UNIQUE (previous_id)", "A statement is followed by one statement.")
    _first_uniq = models.UniqueIndex(
        "(merchant_id) WHERE previous_id IS NULL", "A merchant has one first statement.")
    _dates_in_order = models.Constraint("CHECK (date_from <= date_to)", "A statement ends after it begins.")
    _deposit_adds_up = models.Constraint(
        "CHECK (deposit_closing = deposit_opening + deposit_in + deposit_out + deposit_drawn)",
        "The deposit after must be the deposit before and what came and went.")
    _account_adds_up = models.Constraint(
        "CHECK (account_closing = account_opening + collected_amount + account_split + concession_amount"
        " + account_drawn + account_reimbursed + payout_amount)",
        "The account after must be the account before and what came and went.")
    _vouchers_add_up = models.Constraint(
        "CHECK (voucher_closing = voucher_opening + redeemed_amount + corrected_amount + reimbursed_amount)",
        "Vouchers to be reimbursed must be those before, those accepted, corrections and those reimbursed.")

    @api.depends("account_closing", "voucher_closing")
    def _compute_net_amount(self):
        for statement in self:
            statement.net_amount = statement.account_closing + statement.voucher_closing

    @api.depends("concession_amount", "commission_amount")
    def _compute_rewards_amount(self):
        for statement in self:
            statement.rewards_amount = statement.concession_amount - statement.commission_amount

    @api.depends("create_date", "company_id.statement_dispute_days", "company_id.partner_id.tz")
    def _compute_dispute_until(self):
        for statement in self:
            company = statement.sudo().company_id  # sudo: merchants may not read the company
            statement.dispute_until = company._get_day(statement.create_date) + timedelta(
                days=company.statement_dispute_days)

    # -- disputes --------------------------------------------------------------------------------

    def _dispute(self, reason):
        """The merchant contradicts this statement; the caller checked whose it is.

        :raise UserError: no reason, too late, or it is disputed already
        """
        self.ensure_one()
        reason = (reason or "").strip()
        if not 5 <= len(reason) <= 2000:
            raise UserError(self.env._("Reason: please say in 5 to 2,000 characters what is wrong."))
        if self.state == "disputed":
            raise UserError(self.env._("%s is disputed already; it is being looked into.", self.name))
        if not self._may_be_disputed():
            raise UserError(self.env._("%(name)s could be disputed until %(day)s.", name=self.name,
                                       day=self.dispute_until))
        statement = self.sudo()  # sudo: merchants write nothing but this
        statement.write({
            "state": "disputed", "disputed_on": fields.Datetime.now(), "dispute_reason": reason, "answer": False})
        statement.message_post(body=self.env._("Disputed: %s", reason))
        statement.activity_schedule(
            "mail.mail_activity_data_todo", user_id=statement.company_id._get_task_owner().id,
            summary=self.env._("Answer the dispute of %s", statement.merchant_id.name))

    def _may_be_disputed(self):
        """Whether it is not disputed now, and early enough."""
        self.ensure_one()
        today = self.company_id._get_day()
        return self.state != "disputed" and today <= self.dispute_until

    def action_answer(self):
        """Close disputes with the answer that the merchant reads (operator).

        :raise UserError: not disputed, or no answer
        """
        self.check_access("write")
        for statement in self:
            if statement.state != "disputed":
                raise UserError(self.env._("%s is not disputed.", statement.name))
            if not (statement.answer or "").strip():
                raise UserError(self.env._("Answer: please tell the merchant what you found."))
        statements = self.sudo()  # sudo: the state is set by steps only
        statements.write({"state": "answered"})
        statements.activity_feedback(["mail.mail_activity_data_todo"])
        statements._send("voucher_settlement.mail_template_statement_answer")

    # -- guarded writing -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Statements are issued by the platform's own job."))
        return super().create(vals_list)

    def write(self, vals):
        if FROZEN & set(vals):
            raise UserError(self.env._("A statement is not changed: corrections are on the next one."))
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("The state of a statement is set by its buttons."))
        if "answer" in vals and not self.env.su and any(statement.state != "disputed" for statement in self):
            raise UserError(self.env._("Answer: only a disputed statement is answered."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A statement is not deleted: corrections are on the next one."))
