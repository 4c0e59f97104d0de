from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import to_cents

from .payout_batch import CHECKER, MAKER

STEP_STATES = ("draft",)


class PayoutLine(models.Model):
    """One payment to one payee for one source item."""

    _name = "payout.line"
    _description = "Payout"
    _inherit = ["alliance.server.fields"]
    _order = "batch_id desc, state, id"
    _rec_name = "name"

    name = fields.Char(
        string="Reference", required=True, readonly=True, help="End-to-end reference: the bank names it in its answer.")
    batch_id = fields.Many2one("payout.batch", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="batch_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("merchant", "Merchant"), ("dividend", "Dividend"), ("commission", "Commission")],
        required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Payee", required=True, readonly=True, index=True, ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", readonly=True, index="btree_not_null", ondelete="restrict")
    amount = fields.Monetary(required=True, readonly=True)
    label = fields.Char(readonly=True, help="What the payee reads on the bank statement.")
    origin_model = fields.Char(required=True, readonly=True)
    origin_id = fields.Many2oneReference(model_field="origin_model", required=True, readonly=True)
    once = fields.Boolean(readonly=True, help="Its source item is paid in one payment only.")
    account_id = fields.Many2one(
        "account.account", string="Debt", readonly=True, ondelete="restrict", help="Account on which the debt stands.")
    # what the checker agreed to: the account is compared with it before money leaves
    bank_id = fields.Many2one("res.partner.bank", string="Bank Account", readonly=True, ondelete="set null")
    acc_number = fields.Char(string="Account Number", readonly=True)
    acc_holder = fields.Char(string="Account Holder", readonly=True)
    bank_name = fields.Char(readonly=True)
    bank_bic = fields.Char(string="BIC", readonly=True)
    clearing_number = fields.Char(readonly=True)
    state = fields.Selection(
        [("ready", "To Pay"), ("sent", "Sent"), ("paid", "Paid"), ("failed", "Failed"), ("stopped", "Stopped"),
         ("cancelled", "Cancelled"), ("skipped", "Left Out")],
        required=True, default="ready", readonly=True, index=True)
    reason = fields.Char(readonly=True, help="Why it was left out, stopped or refused.")
    paid_on = fields.Date(readonly=True, index="btree_not_null")
    bank_reference = fields.Char(readonly=True)
    statement_id = fields.Many2one(
        "merchant.statement", readonly=True, index="btree_not_null", ondelete="restrict")
    batch_state = fields.Selection(related="batch_id.state", string="Batch Status")

    _name_uniq = models.Constraint("UNIQUE (name)", "A payout's reference is used once.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "Amount: a payout is above zero.")
    _one_unpaid = models.UniqueIndex(
        "(origin_model, origin_id) WHERE state IN ('ready', 'sent')",
        "Another payout for this is not finished yet.")
    _paid_once = models.UniqueIndex(
        "(origin_model, origin_id) WHERE once AND state IN ('ready', 'sent', 'paid')", "This is paid only once.")
    _paid_is_dated = models.Constraint(
        "CHECK ((state = 'paid') = (paid_on IS NOT NULL))", "A paid payout has the day on which it was paid.")
    _to_an_account = models.Constraint(
        "CHECK (state NOT IN ('ready', 'sent', 'paid') OR (acc_number IS NOT NULL AND account_id IS NOT NULL))",
        "A payout goes to a bank account.")
    _reason_given = models.Constraint(
        "CHECK (state NOT IN ('failed', 'stopped', 'skipped') OR COALESCE(reason, '') <> '')",
        "What is left out, stopped or refused has its reason.")
    _unstated_idx = models.Index("(merchant_id) WHERE statement_id IS NULL AND state = 'paid'")
    _merchant_for_merchants = models.Constraint(
        "CHECK ((kind = 'merchant') = (merchant_id IS NOT NULL))", "A merchant's payout names the merchant.")

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.name} {line.partner_id.name or ''}".strip()

    def _get_cents(self):
        """Return the sum of these payouts in cents."""
        return sum(to_cents(line.amount, line.currency_id) for line in self)

    def _get_masked_account(self):
        """Return the account's number with all but its last four digits hidden, for mails and portal pages."""
        self.ensure_one()
        return f"…{self.acc_number[-4:]}" if self.acc_number else ""

    # -- the bank account --------------------------------------------------------------------------

    @api.model
    def _get_bank_vals(self, partner, company):
        """Return ``(values, reason)``: the trusted account of ``partner``, or why there is none to pay to."""
        # sudo: makers do not manage contacts' accounts
        accounts = partner.sudo().commercial_partner_id.bank_ids | partner.sudo().bank_ids
        accounts = accounts.filtered(lambda bank: bank.active and bank.company_id.id in (False, company.id))
        if not accounts:
            return {}, self.env._("No bank account.")
        trusted = accounts.filtered("allow_out_payment").sorted(lambda bank: (bank.sequence, bank.id))
        if not trusted:
            return {}, self.env._("The bank account is not verified yet (Send Money on the account).")
        usable = trusted.filtered(lambda bank: bank.currency_id.id in (False, company.currency_id.id))[:1]
        if not usable:
            return {}, self.env._("The bank account is in another currency.")
        return self._read_bank(usable), ""

    @api.model
    def _read_bank(self, bank):
        return {
            "bank_id": bank.id, "acc_number": bank.sanitized_acc_number,
            "acc_holder": bank.acc_holder_name or bank.partner_id.name, "bank_name": bank.bank_id.name,
            "bank_bic": bank.bank_bic, "clearing_number": bank.clearing_number}

    def _get_account_change(self):
        """Return what has changed about the bank account since it was proposed; empty if nothing."""
        self.ensure_one()
        bank = self.sudo().bank_id.exists()  # sudo: see _get_bank_vals
        if not bank or not bank.active:
            return self.env._("The bank account is gone.")
        if not bank.allow_out_payment:
            return self.env._("The bank account is not trusted any more.")
        now = self._read_bank(bank)
        changed = [
            self._fields[name]._description_string(self.env) for name, value in now.items()
            if name != "bank_id" and (value or False) != self[name]]
        return self.env._("The bank account was changed: %s.", ", ".join(changed)) if changed else ""

    # -- guarded writing ---------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Payouts are proposed by their batch."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("A payout is not changed by hand: use the buttons of its batch."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_proposed(self):
        if any(line.batch_id.state not in STEP_STATES for line in self):
            raise UserError(self.env._("A payout that was submitted is not deleted."))

    # -- one by one --------------------------------------------------------------------------------

    def action_leave_out(self):
        """Take these out of a draft batch; they stay due (maker)."""
        self.check_access("read")
        self.batch_id._start_step(MAKER, "draft")
        lines = self.sudo()  # sudo: payouts change through steps alone
        if any(line.state != "ready" for line in lines):
            raise UserError(self.env._("Only what is to be paid can be left out."))
        lines.write({"state": "skipped", "reason": self.env._("Left out by %s.", self.env.user.name)})

    def action_mark_paid(self):
        """Note that the bank has carried these out, as its statement shows (checker, not the batch's maker)."""
        self._mark("paid", "")

    def action_mark_failed(self):
        """Note that the bank refused these, as its statement shows: they are due again (checker, not the maker)."""
        self._mark("failed", self.env._("Marked as refused by %s.", self.env.user.name))

    def _mark(self, state, reason):
        self.check_access("read")
        self.batch_id._start_step(CHECKER, "sent")._check_second_person()
        for batch, lines in self.sudo().grouped("batch_id").items():  # sudo: payouts change through steps alone
            batch._acknowledge([(line, state, reason, False, None) for line in lines])
            batch.message_post(body=self.env._(
                "%(lines)s: marked by hand as %(state)s.", lines=", ".join(lines.mapped("name")),
                state=dict(self._fields["state"]._description_selection(self.env))[state]))

    def action_open_origin(self):
        """Open what it is paid for, under the caller's own rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window", "res_model": self.origin_model, "res_id": self.origin_id,
            "view_mode": "form", "views": [(False, "form")]}
