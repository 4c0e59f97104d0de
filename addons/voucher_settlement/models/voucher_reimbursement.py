from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

MAKER = "voucher_settlement.group_settlement_maker"
CHECKER = "voucher_settlement.group_settlement_checker"


class VoucherReimbursement(models.Model):
    """Pays a merchant from escrow for the vouchers that it accepted; two people."""

    _name = "voucher.reimbursement"
    _description = "Voucher Reimbursement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    merchant_id = fields.Many2one(
        "alliance.merchant", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="merchant_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        readonly=True, help="Vouchers redeemed at the merchant, less those given back and those paid before.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "To Approve"), ("paid", "Paid"), ("cancelled", "Cancelled")],
        required=True, default="draft", readonly=True, tracking=True, copy=False, index=True)
    maker_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)
    checker_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)
    move_id = fields.Many2one("account.move", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")

    _amount_not_negative = models.Constraint("CHECK (amount >= 0)", "A reimbursement cannot be negative.")
    _paid_has_amount = models.Constraint(
        "CHECK (state <> 'paid' OR (amount > 0 AND maker_id IS NOT NULL AND checker_id IS NOT NULL))",
        "A reimbursement is paid with an amount, a maker and a checker.")
    _two_people = models.Constraint(
        "CHECK (maker_id IS NULL OR checker_id IS NULL OR maker_id <> checker_id)",
        "Maker and checker must be two people.")
    _one_at_a_time = models.UniqueIndex(
        "(merchant_id) WHERE state IN ('draft', 'submitted')",
        "This merchant has a reimbursement that is not finished; finish or cancel it first.")

    @api.model_create_multi
    def create(self, vals_list):
        # all but the merchant is worked out here: whoever may create may name nothing else
        return super().create([{
            "merchant_id": vals.get("merchant_id"),
            "name": self.env["ir.sequence"].next_by_code("voucher.reimbursement") or "/",
        } for vals in vals_list])

    def write(self, vals):
        if "merchant_id" in vals and any(record.state != "draft" for record in self):
            raise UserError(self.env._("Merchant: only a draft reimbursement can be changed."))
        return super().write(vals)

    def unlink(self):
        if any(record.state != "draft" for record in self):
            raise UserError(self.env._("Only a draft reimbursement can be deleted."))
        return super().unlink()

    def action_submit(self):
        """Take what is due now and ask a second person (maker).

        :raise UserError: nothing is due
        """
        self._check_group(MAKER)
        for record in self:
            record._check_state("draft")
            cents = record._get_due_cents()
            if cents <= 0:
                raise UserError(self.env._("%s has no redeemed vouchers to be paid for.", record.merchant_id.name))
            record.sudo().write({  # sudo: makers have no write access on the record's figures
                "amount": from_cents(cents, record.currency_id), "state": "submitted", "maker_id": self.env.uid})

    def action_approve(self):
        """Pay from escrow (checker, another person than the maker).

        :raise UserError: the same person, or what is due has changed
        """
        self._check_group(CHECKER)
        for record in self:
            record._check_state("submitted")
            if record.maker_id == self.env.user:
                raise UserError(self.env._("Maker and checker must be two people."))
            record._pay()

    def action_cancel(self):
        """Give up a reimbursement that is not paid (maker or checker)."""
        if not (self.env.user.has_group(MAKER) or self.env.user.has_group(CHECKER)):
            raise AccessError(self.env._("Only settlement makers and checkers may do this."))
        for record in self:
            if record.state not in ("draft", "submitted"):
                raise UserError(self.env._("A reimbursement that is paid cannot be cancelled."))
            record.sudo().state = "cancelled"  # sudo: as above

    def _pay(self):
        record = self.sudo()  # sudo: only the settlement centre posts to escrow; rights were checked
        posting = self.env["escrow.posting"].sudo()
        record.merchant_id.lock_for_update()
        posting._post_voucher_entries(record.company_id)
        cents = to_cents(record.amount, record.currency_id)
        if cents > record._get_due_cents():
            raise UserError(self.env._(
                "What is due to %s has become less since this was submitted. Cancel it and make a new one.",
                record.merchant_id.name))
        move = posting._post_event(
            "reimburse", record.company_id, record._prepare_lines(cents), ref=record.name,
            partner=record.merchant_id.partner_id)
        record.write({"state": "paid", "checker_id": self.env.uid, "move_id": move.id})

    def _prepare_lines(self, cents):
        # what tills on the platform's books accepted was booked there: it is the platform's own money,
        # or set off against what the merchant owes
        other = "operating_bank" if self.merchant_id.is_platform else "merchant_clearing"
        return [("redeemed_due", cents), ("escrow_bank", -cents), (other, cents), ("voucher_accepted", -cents)]

    def _get_due_cents(self):
        """Return what was redeemed at the merchant and neither given back nor paid for, in cents."""
        self.ensure_one()
        self.env.flush_all()
        [[amount]] = self.env.execute_query(SQL(
            """SELECT (COALESCE((SELECT -SUM(amount) FROM voucher_entry
                                  WHERE merchant_id = %(merchant)s AND kind IN ('redeem', 'restore')), 0)
                     - COALESCE((SELECT SUM(amount) FROM voucher_reimbursement
                                  WHERE merchant_id = %(merchant)s AND state = 'paid'), 0))::text""",
            merchant=self.merchant_id.id))
        return to_cents(float(amount), self.currency_id)

    def _check_group(self, group):
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("Only a settlement maker prepares and a checker approves."))

    def _check_state(self, state):
        if self.state != state:
            raise UserError(self.env._("%(name)s is %(state)s; this step is not possible now.",
                                       name=self.name, state=self.state))
