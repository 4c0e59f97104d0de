from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import to_cents

MAKER = "voucher_settlement.group_settlement_maker"
CHECKER = "voucher_settlement.group_settlement_checker"


class VoucherReimbursement(models.Model):
    """Brings the money for the vouchers that a merchant accepted out of the escrow, onto its account; two people.

    Its amount is the sum of the redemptions it takes in, less what refunds gave back; PostgreSQL
    checks that again when the money leaves the escrow bank (escrow_guard). Below zero it is a return, which the
    settlement centre makes by itself (voucher_reimbursement_return).
    """

    _name = "voucher.reimbursement"
    _description = "Voucher Reimbursement"
    _inherit = ["alliance.maker.checker"]
    _order = "id desc"
    _draft_fields = ("merchant_id",)

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, index=True, ondelete="restrict",
        help="Merchant that took vouchers in payment.")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        readonly=True, copy=False,
        help="Vouchers redeemed at the merchant and not reimbursed before, less those given back. Below zero: "
             "what the merchant was reimbursed for vouchers given back since, which returns to the escrow.")
    due_amount = fields.Monetary(
        string="Due Now", compute="_compute_due_amount",
        help="What the merchant is owed for vouchers in all, this reimbursement included.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "To Approve"), ("paid", "Reimbursed"), ("cancelled", "Cancelled"),
         ("returned", "Returned to Escrow")],
        required=True, default="draft", readonly=True, tracking=True, copy=False, index=True)
    entry_ids = fields.One2many("voucher.entry", "reimbursement_id", string="Redemptions", readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, copy=False, index="btree_not_null",
        ondelete="restrict")
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")

    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL AND state IN ('paid', 'returned')")

    _amount_not_negative = models.Constraint(
        "CHECK (CASE WHEN state = 'returned' THEN amount < 0 AND move_id IS NOT NULL ELSE amount >= 0 END)",
        "A reimbursement cannot be negative; what returns is booked.")
    _paid_has_amount = models.Constraint(
        "CHECK (state <> 'paid' OR (amount > 0 AND maker_id IS NOT NULL AND checker_id IS NOT NULL"
        " AND move_id IS NOT NULL))",
        "A reimbursement is paid with an amount, a maker, a checker and a journal entry.")
    _one_at_a_time = models.UniqueIndex(
        "(merchant_id) WHERE state IN ('draft', 'submitted')",
        "This merchant has a reimbursement that is not finished; finish or cancel it first.")

    @api.depends("merchant_id", "state")
    def _compute_due_amount(self):
        due = self._get_due_by_merchant(self.merchant_id)
        for record in self:
            record.due_amount = due.get(record.merchant_id, 0.0)

    # -- steps ---------------------------------------------------------------------------------

    def action_submit(self):
        """Take in the redemptions that are due and ask a second person (maker).

        :raise UserError: nothing is due, or it is not a draft
        """
        for record in self._start_step(MAKER, "draft"):
            record.env["escrow.posting"]._post_voucher_entries(record.company_id)
            entries = record._get_unreimbursed_entries()
            cents = -sum(to_cents(entry.amount, entry.currency_id) for entry in entries)
            if cents <= 0:
                raise UserError(self.env._("%s has no redeemed vouchers to be paid for.", record.merchant_id.name))
            record._take_in(entries)
            record._write_step(
                amount=-sum(entries.mapped("amount")), state="submitted", maker_id=self.env.uid)
            record._ask_checkers(CHECKER, self.env._(
                "Check reimbursement %(name)s: %(amount)s to %(merchant)s", name=record.name,
                amount=record.currency_id.format(record.amount), merchant=record.merchant_id.name))

    def action_approve(self):
        """Take the money out of escrow, for the merchant's account (checker, another person than the maker).

        :raise UserError: the same person, not submitted, or less is due than was submitted
        """
        for record in self._start_step(CHECKER, "submitted"):
            record._check_second_person()
            record._pay()
            record._end_asking(approved=True)

    def action_cancel(self):
        """Give up a reimbursement that is not paid; its redemptions are due again (maker or checker)."""
        for record in self._start_step((MAKER, CHECKER), "draft", "submitted"):
            record._let_go()
            record._write_step(state="cancelled", amount=0)
            record._end_asking()
            record._return_given_back(record.merchant_id)  # which waited for this

    def action_open_moves(self):
        """Open the journal entry that pays it."""
        return self.move_id._get_escrow_action()

    def _lock_for_step(self):
        self.merchant_id.lock_for_update(allow_referencing=True)  # what is due is the merchant's
        super()._lock_for_step()

    def _pay(self):
        cents = to_cents(self.amount, self.currency_id)
        posting = self.env["escrow.posting"]
        posting._post_voucher_entries(self.company_id)
        due = self._get_due_by_merchant(self.merchant_id)
        if cents > to_cents(due[self.merchant_id], self.currency_id):
            raise UserError(self.env._(
                "What is due to %s has become less since this was submitted. Cancel it and make a new one.",
                self.merchant_id.name))
        posting._post_event(
            "reimburse", self.company_id, self._prepare_lines(self.merchant_id, self.entry_ids, cents), ref=self.name,
            partner=self.merchant_id.partner_id, backing=self)

    @api.model
    def _prepare_lines(self, merchant, entries, cents):
        """Return the lines: money leaves the escrow for the operating bank and is owed to the merchant there.

        It is on the merchant's account then, and paid with the next payout. What tills and checkouts of these
        books took in vouchers waits on "vouchers accepted": the platform's own shops keep the money, other
        merchants' share is set off in their clearing.

        :param entries: ``voucher.entry`` that are reimbursed; ``cents`` is their sum, below zero all goes the other way
        """
        accepted, own = self._get_accepted_cents(entries), merchant.is_platform
        lines = [("redeemed_due", cents), ("escrow_bank", -cents)]
        if not own:
            lines += [("operating_bank", cents), ("merchant_clearing", -cents)]
        return [*lines, ("operating_bank" if own else "merchant_clearing", accepted), ("voucher_accepted", -accepted)]

    # -- what stands behind an entry that pays out of the escrow bank ----------------------------

    def _check_escrow_payment(self, cents):
        """Raise unless this is submitted, unpaid, and its redemptions add up to exactly ``cents``."""
        self.ensure_one()
        taken = -sum(to_cents(entry.amount, entry.currency_id) for entry in self.entry_ids)
        if self.state != "submitted" or self.move_id or taken != cents:
            raise UserError(self.env._(
                "%s: no approved reimbursement of this amount stands behind it.", self.name))

    def _link_escrow_move(self, move):
        """Keep the entry that paid; whoever caused it is the checker."""
        self._write_step(move_id=move.id, state="paid", checker_id=self.env.uid)
