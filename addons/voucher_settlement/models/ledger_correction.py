from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

MAKER = "voucher_settlement.group_settlement_maker"
CHECKER = "voucher_settlement.group_settlement_checker"
TEXT_LENGTH = 120  # what a holder reads on a phone, beside a date and an amount


class LedgerCorrection(models.Model):
    """Reverses one wrong row of a ledger, whole or in part, by new entries; two people.

    What can be reversed, and what that does, is in ``_get_correctable_cents`` and ``_book``. PostgreSQL sees to it
    that the booked corrections of a row never exceed it (escrow_guard).
    """

    _name = "ledger.correction"
    _description = "Ledger Correction"
    _inherit = ["alliance.maker.checker"]
    _order = "id desc"
    _draft_fields = ("points_entry_id", "voucher_entry_id", "amount", "reason", "holder_text")
    _mail_post_access = "read"  # those who check may write and attach as well

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    points_entry_id = fields.Many2one(
        "green.points.entry", index="btree_not_null", ondelete="restrict",
        domain=[("kind", "in", ("earn", "correction")), ("qualified_sale_id", "!=", False)],
        help="The wrong row of the points ledger: points given for a sale, or an earlier correction.")
    voucher_entry_id = fields.Many2one(
        "voucher.entry", index="btree_not_null", ondelete="restrict",
        domain=[("kind", "in", ("redeem", "expire"))],
        help="The wrong row of the voucher ledger: vouchers spent, or expired, by mistake.")
    effect = fields.Selection(
        [("take_points", "Points Taken Back"), ("give_points", "Points Given Again"),
         ("restore", "Spent Vouchers Given Back"), ("reinstate", "Expired Vouchers Given Back")],
        compute="_compute_effect", store=True, index=True, help="What booking it does.")
    company_id = fields.Many2one("res.company", compute="_compute_effect", store=True)
    partner_id = fields.Many2one(
        "res.partner", string="Holder", compute="_compute_effect", store=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    qualified_sale_id = fields.Many2one(related="points_entry_id.qualified_sale_id")
    cohort_id = fields.Many2one(related="points_entry_id.cohort_id")
    hold_id = fields.Many2one(related="voucher_entry_id.hold_id", string="Voucher Payment")
    lot_id = fields.Many2one(related="voucher_entry_id.lot_id", string="Voucher")
    merchant_id = fields.Many2one(related="voucher_entry_id.merchant_id")
    entry_date = fields.Datetime(string="Recorded On", compute="_compute_entry")
    entry_amount = fields.Monetary(
        string="Its Amount", compute="_compute_entry", help="Of points: their base value.")
    correctable_amount = fields.Monetary(
        string="Can Be Reversed", compute="_compute_entry",
        help="What is there of it: not corrected, refunded or given back before.")
    amount = fields.Monetary(
        required=True, tracking=True, help="How much of the row is reversed. Of points: their base value.")
    reason = fields.Text(
        required=True, tracking=True,
        help="What was wrong and how it was found out. Only the platform's people read it.")
    holder_text = fields.Char(
        string="Text for the Holder", required=True, size=TEXT_LENGTH, tracking=True,
        help="A few words that the holder of the points or vouchers reads in the history, after “Correction:”.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "To Approve"), ("booked", "Booked"), ("rejected", "Rejected"),
         ("withdrawn", "Withdrawn")],
        required=True, default="draft", readonly=True, tracking=True, copy=False, index=True)
    booked_at = fields.Datetime(readonly=True, copy=False)
    period_id = fields.Many2one(
        "settlement.period", readonly=True, copy=False, ondelete="restrict",
        help="The open period in which it was booked; settled periods stay as they are.")
    answer = fields.Text(string="Why Rejected", readonly=True, copy=False, tracking=True)
    points_entry_ids = fields.One2many("green.points.entry", "correction_id", string="Points Entries Made")
    voucher_entry_ids = fields.One2many("voucher.entry", "correction_id", string="Voucher Entries Made")
    points_debt_ids = fields.One2many("green.points.debt", "correction_id", string="Points Owed Since")

    _one_row = models.Constraint(
        "CHECK (num_nonnulls(points_entry_id, voucher_entry_id) = 1)",
        "A correction names exactly one row of a ledger.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "Amount: above zero.")
    _texts_given = models.Constraint(
        "CHECK (btrim(reason) <> '' AND btrim(holder_text) <> '')",
        "A correction has a reason, and a text for the holder.")
    _booked_was_checked = models.Constraint(
        "CHECK (state <> 'booked' OR (maker_id IS NOT NULL AND checker_id IS NOT NULL AND booked_at IS NOT NULL"
        " AND effect IS NOT NULL))",
        "A correction is booked with a maker and a checker.")

    @api.depends("points_entry_id", "voucher_entry_id")
    def _compute_effect(self):
        for record in self:
            entry = record._get_entry()
            record.effect = record._get_effect()
            record.company_id = entry.company_id or self.env.company
            record.partner_id = entry.partner_id

    @api.depends("points_entry_id", "voucher_entry_id", "state")
    def _compute_entry(self):
        for record in self:
            entry = record._get_entry()
            record.entry_date = entry.date
            record.entry_amount = from_cents(record._get_entry_cents(), record.currency_id) if entry else 0.0
            record.correctable_amount = from_cents(
                record._get_correctable_cents(), record.currency_id) if record.effect else 0.0

    @api.constrains("points_entry_id", "voucher_entry_id")
    def _check_entry(self):
        for record in self:
            if record._get_entry() and not record.effect:
                raise ValidationError(self.env._(
                    "%s cannot be corrected: only points given for a sale, earlier corrections of points, and vouchers"
                    " spent or expired.", record._get_entry().display_name))

    @api.model
    def _get_new_action(self, **defaults):
        """Return the action that opens a new correction with these values (settlement maker)."""
        if not self.env.user.has_group(MAKER):
            raise AccessError(self.env._("Only settlement makers may correct the ledgers."))
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "view_mode": "form",
            "name": self.env._("New Correction"),
            "context": {f"default_{name}": value for name, value in defaults.items()}}

    # -- steps ---------------------------------------------------------------------------------

    def action_submit(self):
        """Ask a second person to approve (maker).

        :raise UserError: it is no draft, or reverses more than is there
        """
        for record in self._start_step(MAKER, "draft"):
            record._check_amount()
            record._write_step(
                state="submitted", maker_id=self.env.uid,
                amount=from_cents(to_cents(record.amount, record.currency_id), record.currency_id))
            record._ask_checkers(CHECKER, self.env._(
                "Check correction %(name)s: %(amount)s of %(holder)s", name=record.name,
                amount=record.currency_id.format(record.amount), holder=record.partner_id.display_name))

    def action_approve(self):
        """Agree, and book the reversal (checker, another person than the maker).

        :raise UserError: the same person, not submitted, or more than is there by now
        """
        for record in self._start_step(CHECKER, "submitted"):
            record._check_second_person()
            record._book()
            record._end_asking(approved=True)

    def action_reject(self):
        """Ask for the reason to reject it (checker)."""
        return {
            "type": "ir.actions.act_window", "res_model": "ledger.correction.reject", "view_mode": "form",
            "target": "new", "name": self.env._("Reject"), "context": {"default_correction_ids": self.ids}}

    def _reject(self, answer):
        """Refuse it, for the maker to read why (checker)."""
        for record in self._start_step(CHECKER, "submitted"):
            record._check_second_person(self.env._(
                "%s made this correction and cannot check it: withdraw it.", self.env.user.name))
            record._write_step(state="rejected", checker_id=self.env.uid, answer=answer)
            record._end_asking()

    def action_withdraw(self):
        """Give up a correction that is not booked (maker)."""
        for record in self._start_step(MAKER, "draft", "submitted"):
            record._write_step(state="withdrawn")
            record._end_asking()

    def action_open_moves(self):
        """Open the journal entries that book it."""
        return self.voucher_entry_ids.sudo().move_id._get_escrow_action()  # sudo: the links of rows that may be read

    def _lock_for_step(self):
        self.env.flush_all()
        touch(self)  # of two approvals at once, the later one sees that it is booked

    def _check_amount(self):
        """Raise unless so much of the row is there."""
        cents, left = to_cents(self.amount, self.currency_id), self._get_correctable_cents()
        if not 0 < cents <= left:
            raise UserError(self.env._(
                "Amount: at most %(left)s of “%(row)s” can be reversed, not %(amount)s.",
                left=self.currency_id.format(float(from_cents(left, self.currency_id))),
                row=self._get_entry().display_name, amount=self.currency_id.format(self.amount)))
