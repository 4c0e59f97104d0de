from odoo import api, fields, models

from odoo.addons.merchant_alliance.tools.money import from_cents

MAKER = "voucher_settlement.group_settlement_maker"
CHECKER = "voucher_settlement.group_settlement_checker"
GOING = ("ready", "sent", "paid", "failed")  # states of lines that a batch pays, or has tried to


class PayoutBatch(models.Model):
    """What the platform owes, paid by one bank file: made by one person, approved by another."""

    _name = "payout.batch"
    _description = "Payout Batch"
    _inherit = ["alliance.maker.checker"]
    _order = "id desc"
    _draft_fields = ("kind", "note")

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

    # -- files and entries -------------------------------------------------------------------------

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
