from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.merchant_alliance.tools.money import to_cents

from .payout_batch import CHECKER


class EscrowBankStatement(models.Model):
    """What the bank says about the rebate escrow's account; imported, never changed.

    Not Odoo's own bank statement: the escrow bank has no journal, so that nobody can book on it by reconciling.
    """

    _name = "escrow.bank.statement"
    _description = "Escrow Bank Statement"
    _inherit = ["alliance.append.only"]
    _order = "date desc, id desc"

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    previous_id = fields.Many2one(
        "escrow.bank.statement", string="Statement Before", readonly=True, ondelete="restrict",
        help="Its closing balance is this one's opening balance.")
    date = fields.Date(required=True, readonly=True, index=True, help="Day of the closing balance.")
    account = fields.Char(string="Account Number", readonly=True)
    opening_balance = fields.Monetary(readonly=True)
    movement = fields.Monetary(string="Came and Went", readonly=True)
    closing_balance = fields.Monetary(readonly=True)
    filename = fields.Char(readonly=True)
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True)
    line_ids = fields.One2many("escrow.bank.line", "statement_id", readonly=True)
    line_count = fields.Integer(compute="_compute_counts")
    unmatched_count = fields.Integer(string="Unexplained", compute="_compute_counts")

    _name_uniq = models.Constraint("UNIQUE (company_id, name)", "This bank statement was imported already.")
    _previous_uniq = models.Constraint("UNIQUE (previous_id)", "A bank statement is followed by one statement.")
    _first_uniq = models.UniqueIndex(
        "(company_id) WHERE previous_id IS NULL", "There is one first bank statement.")
    _adds_up = models.Constraint(
        "CHECK (closing_balance = opening_balance + movement)",
        "The closing balance must be the opening balance and what came and went.")

    @api.depends("line_ids.matched")
    def _compute_counts(self):
        for statement in self:
            statement.line_count = len(statement.line_ids)
            statement.unmatched_count = len(statement.line_ids.filtered(lambda line: not line.matched))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Bank statements are imported."))
        return super().create(vals_list)

    def _get_kept_text(self):
        return self.env._("A bank statement stays as it was imported.")


class EscrowBankLine(models.Model):
    """One movement on the escrow's bank account, as the bank says, and the ledger's entries that explain it."""

    _name = "escrow.bank.line"
    _description = "Escrow Bank Movement"
    _inherit = ["alliance.server.fields"]
    _order = "date desc, id desc"
    _rec_name = "reference"

    statement_id = fields.Many2one(
        "escrow.bank.statement", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True, index=True)
    amount = fields.Monetary(required=True, readonly=True, help="Positive: came in.")
    reference = fields.Char(string="Bank's Reference", required=True, readonly=True)
    description = fields.Char(readonly=True)
    matched = fields.Boolean(string="Explained", readonly=True)
    explanation = fields.Char(readonly=True, help="What of the ledger it is, or what it was set off against.")
    match_ids = fields.One2many("escrow.bank.match", "line_id", string="Journal Items", readonly=True)

    _reference_uniq = models.Constraint(
        "UNIQUE (company_id, reference)", "This movement was imported already: the bank's reference is known.")
    _amount_not_zero = models.Constraint("CHECK (amount <> 0)", "A movement is not zero.")
    _unmatched_idx = models.Index("(company_id) WHERE matched IS NOT TRUE")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Bank statements are imported."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su or set(vals) - {"matched", "explanation"} or any(line.matched for line in self):
            raise UserError(self.env._("A bank statement stays as it was imported."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A bank statement stays as it was imported."))

    def action_set_off(self):
        """Explain movements by each other: a fee, say, and its refund; or as the parts of one transfer (checker).

        :raise UserError: they add up neither to zero nor to a transfer, or one is explained already
        """
        if not self.env.user.has_group(CHECKER):
            raise AccessError(self.env._("Only settlement checkers may do this."))
        self.check_access("read")
        lines = self.sudo()  # sudo: movements are changed by steps alone
        lines.lock_for_update()
        if len(lines.company_id) != 1 or any(line.matched for line in lines):
            raise UserError(self.env._("Choose movements that are not explained yet."))
        total = sum(to_cents(line.amount, line.currency_id) for line in lines)
        if total and (items := lines._find_whole(total)):
            lines._explain(items, self.env._(
                "%(names)s, put together by %(user)s", user=self.env.user.name,
                names=", ".join(item["name"] for item in items)))
            return
        if total:
            raise UserError(self.env._(
                "Together they are %s; only movements that add up to zero, or to transfers that are not explained"
                " yet, explain each other.", lines.currency_id.format(sum(lines.mapped("amount")))))
        lines.write({"matched": True, "explanation": self.env._(
            "Set off by %(user)s: %(references)s", user=self.env.user.name,
            references=", ".join(lines.mapped("reference")))})


class EscrowBankMatch(models.Model):
    """A journal item on the escrow bank that a movement explains; each once, by one movement or in parts by several."""

    _name = "escrow.bank.match"
    _description = "Escrow Bank Match"
    _inherit = ["alliance.append.only"]
    _order = "id desc"

    line_id = fields.Many2one("escrow.bank.line", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", required=True, readonly=True, ondelete="restrict")
    move_id = fields.Many2one(related="move_line_id.move_id")
    date = fields.Date(related="move_line_id.date")
    amount = fields.Monetary(required=True, readonly=True)
    part = fields.Integer(required=True, readonly=True, default=0, help="All parts of an item are matched at once.")

    # of two jobs that explain an item at once, both begin with its first part
    _move_line_uniq = models.Constraint("UNIQUE (move_line_id, part)", "A journal item is explained once.")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Movements are matched by the platform."))
        return super().create(vals_list)

    def _get_kept_text(self):
        return self.env._("A match stays as it was made.")
