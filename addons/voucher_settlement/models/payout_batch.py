from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.merchant_alliance.tools.money import from_cents

MAKER = "voucher_settlement.group_settlement_maker"
CHECKER = "voucher_settlement.group_settlement_checker"
OPEN_TO_MAKER = {"note", "kind"}
GOING = ("ready", "sent", "paid", "failed")  # states of lines that a batch pays, or has tried to


class PayoutBatch(models.Model):
    """What the platform owes, paid by one bank file: made by one person, approved by another."""

    _name = "payout.batch"
    _description = "Payout Batch"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("merchant", "Merchants"), ("dividend", "Shareholders"), ("commission", "Promoters")],
        string="Only", help="Empty: everybody to whom something is due.")
    note = fields.Text(help="For the checker.")
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "To Approve"), ("approved", "Approved"), ("sent", "Sent"),
         ("done", "Done"), ("cancelled", "Cancelled")],
        required=True, readonly=True, default="draft", copy=False, tracking=True, index=True)
    maker_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)
    checker_id = fields.Many2one("res.users", readonly=True, tracking=True, copy=False)
    sent_at = fields.Datetime(readonly=True, copy=False)
    all_line_ids = fields.One2many("payout.line", "batch_id", readonly=True, copy=False)
    line_ids = fields.One2many(
        "payout.line", "batch_id", string="Payouts", readonly=True, copy=False, domain=[("state", "!=", "skipped")])
    skipped_ids = fields.One2many(
        "payout.line", "batch_id", string="Left Out", readonly=True, copy=False, domain=[("state", "=", "skipped")])
    amount = fields.Monetary(string="Total", compute="_compute_amounts", store=True)
    line_count = fields.Integer(string="Payouts", compute="_compute_amounts", store=True)
    paid_amount = fields.Monetary(string="Paid", compute="_compute_amounts", store=True)
    failed_amount = fields.Monetary(string="Failed", compute="_compute_amounts", store=True)
    open_count = fields.Integer(string="Waiting for the Bank", compute="_compute_amounts", store=True)
    skipped_count = fields.Integer(string="Left Out", compute="_compute_amounts", store=True)
    file_xml = fields.Binary(string="Bank File (pain.001)", attachment=True, readonly=True, copy=False)
    file_csv = fields.Binary(string="Bank File (CSV)", attachment=True, readonly=True, copy=False)
    sha256_xml = fields.Char(string="SHA-256 of pain.001", readonly=True, copy=False)
    sha256_csv = fields.Char(string="SHA-256 of CSV", readonly=True, copy=False)
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, copy=False, index="btree_not_null", ondelete="restrict")
    ack_ids = fields.One2many("payout.ack", "batch_id", string="Acknowledgements", readonly=True)

    _name_uniq = models.Constraint("UNIQUE (name)", "A payout batch's number is used once.")
    _two_people = models.Constraint(
        "CHECK (maker_id IS NULL OR checker_id IS NULL OR maker_id <> checker_id)",
        "Maker and checker must be two people.")
    _was_checked = models.Constraint(
        "CHECK (state NOT IN ('approved', 'sent', 'done') OR (maker_id IS NOT NULL AND checker_id IS NOT NULL))",
        "A payout needs a maker and a checker.")
    _sent_is_booked = models.Constraint(
        "CHECK (state NOT IN ('sent', 'done') OR (move_id IS NOT NULL AND sent_at IS NOT NULL"
        " AND sha256_xml IS NOT NULL AND sha256_csv IS NOT NULL))",
        "A payout that was sent has its journal entry and its bank files.")

    @api.depends("all_line_ids.state", "all_line_ids.amount")
    def _compute_amounts(self):
        for batch in self:
            def total(*states, lines=batch.all_line_ids):
                return lines.filtered(lambda line: line.state in states)

            batch.amount = from_cents(total(*GOING)._get_cents(), batch.currency_id)
            batch.line_count = len(total(*GOING))
            batch.paid_amount = from_cents(total("paid")._get_cents(), batch.currency_id)
            batch.failed_amount = from_cents(total("failed")._get_cents(), batch.currency_id)
            batch.open_count = len(total("sent"))
            batch.skipped_count = len(total("skipped"))

    # -- guarded writing ---------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # all but these is worked out here: whoever may create may name nothing else
        return super().create([{
            **{key: value for key, value in vals.items() if key in OPEN_TO_MAKER}, "company_id": self.env.company.id,
            "name": self.env["ir.sequence"].next_by_code("payout.batch") or "/",
        } for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            own = {name for name in vals if name in OPEN_TO_MAKER or self._is_of_thread(name)}
            if others := set(vals) - own:
                raise UserError(self.env._(
                    "%s of a payout: only its own steps set this.", ", ".join(sorted(others))))
            if OPEN_TO_MAKER & set(vals) and any(batch.state != "draft" for batch in self):
                raise UserError(self.env._("Only a draft payout can be changed."))
        elif {"file_xml", "file_csv", "sha256_xml", "sha256_csv"} & set(vals) and any(b.sha256_xml for b in self):
            raise UserError(self.env._("The bank file of a payout stays as it was sent."))
        return super().write(vals)

    def _is_of_thread(self, name):
        return name in self.env["mail.thread"]._fields or name in self.env["mail.activity.mixin"]._fields

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        if any(batch.state != "draft" for batch in self):
            raise UserError(self.env._("Only a draft payout can be deleted; cancel it instead."))

    # -- who, and in which state -------------------------------------------------------------------

    def _start_step(self, groups, *states):
        """Return self (sudo), locked, after checking the caller's group and the records' states."""
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(self.env._("Only settlement makers and checkers may do this."))
        self.check_access("read")
        batches = self.sudo()  # sudo: payouts change through these steps alone
        batches._lock(*states)
        return batches

    def _lock(self, *states):
        """Lock these, raise unless they are in one of ``states``."""
        self.lock_for_update()
        self.invalidate_recordset(["state", "maker_id", "checker_id"])
        labels = dict(self._fields["state"]._description_selection(self.env))
        for batch in self:
            if batch.state not in states:
                raise UserError(self.env._(
                    "%(name)s: this step is not possible now, the state is “%(state)s”.", name=batch.name,
                    state=labels[batch.state]))

    def action_download_xml(self):
        """Download the bank file as pain.001."""
        return self._get_download("xml")

    def action_download_csv(self):
        """Download the bank file as CSV."""
        return self._get_download("csv")

    def _get_download(self, kind):
        self.ensure_one()
        self.check_access("read")
        name = f"{self.name.replace('/', '-')}.{kind}"
        return {"type": "ir.actions.act_url", "target": "download",
                "url": f"/web/content/{self._name}/{self.id}/file_{kind}/{name}?download=true"}

    def action_open_moves(self):
        """Open the entries of this payout: sent, paid, and what failed."""
        moves = self.move_id | self.ack_ids.move_ids
        return moves._get_escrow_action()
