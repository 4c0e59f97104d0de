from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents

from ..tools.split import SUCCESS, SplitMissingError, SplitRefusedError


class SplitReturn(models.Model):
    """What a receiver gives back of its part of a payment, before a refund of it."""

    _name = "split.return"
    _description = "Split Part Given Back"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"
    _rec_name = "out_return_no"

    line_id = fields.Many2one("split.order.line", required=True, readonly=True, index=True, ondelete="restrict")
    order_id = fields.Many2one(related="line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    role = fields.Selection(related="line_id.role")
    refund_tx_id = fields.Many2one(
        "payment.transaction", string="Refund", required=True, readonly=True, index=True, ondelete="restrict")
    amount = fields.Monetary(required=True, readonly=True)
    out_return_no = fields.Char(string="Request Number", required=True, readonly=True, copy=False)
    attempt = fields.Integer(default=1, readonly=True)
    request_sent_on = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("draft", "To Ask For"), ("requested", "Requested"), ("done", "Given Back"), ("failed", "Refused")],
        required=True, default="draft", readonly=True, index=True)
    reason = fields.Char(readonly=True)

    _refund_uniq = models.Constraint(
        "UNIQUE (line_id, refund_tx_id)", "A receiver gives back once for each refund.")
    _out_return_no_uniq = models.UniqueIndex("(out_return_no)", "A request number is used once.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "What is given back is above zero.")

    @api.model
    def _make_for(self, order, refund_tx):
        """Make what is to be given back of a split ``order`` for a refund, exactly what its sale then gives back."""
        taken = order._get_taken_cents(refund_tx)
        lines = order.line_ids.filtered(lambda line: line.state == "success")
        parts = {line: min(taken[line.role], line._get_left_cents()) for line in lines}
        return self.create([{
            "line_id": line.id, "refund_tx_id": refund_tx.id, "amount": from_cents(cents, line.currency_id),
            "out_return_no": f"{order.name}-R{refund_tx.id}-{line.role[0].upper()}",
        } for line, cents in parts.items() if cents])

    def _advance(self):
        """Ask for it, or what became of it; SplitUnknownError: later."""
        self.ensure_one()
        adapter = self.order_id._get_adapter()
        try:
            if self.request_sent_on:
                try:
                    answer = adapter._query_return(self)
                except SplitMissingError:
                    answer = adapter._return(self)
            else:
                self.write({"request_sent_on": fields.Datetime.now(), "state": "requested"})
                self.order_id._keep()
                answer = adapter._return(self)
        except SplitRefusedError as error:
            self._fail(str(error))
            return
        state, reason, _cents = next(iter(answer.parts.values()))
        if answer.finished and state == SUCCESS:
            self.write({"state": "done", "reason": False})
            self.env["split.entry"]._record_returned(self)
        elif answer.finished:
            self._fail(reason)

    def _fail(self, reason):
        self.write({"state": "failed", "reason": reason[:500]})
        self.order_id._alert(self.env._("%s: a refund waits", self.order_id.name), self.env._(
            "%(account)s does not give %(amount)s back: %(reason)s. Put it right and retry.",
            account=self.line_id.account, amount=self.currency_id.format(self.amount), reason=reason))

    def _renew(self):
        """Ask again, under a new number: the old one would only tell the same."""
        for giveback in self:
            attempt = giveback.attempt + 1
            base = giveback.out_return_no.removesuffix(f"-{giveback.attempt}") if giveback.attempt > 1 \
                else giveback.out_return_no
            giveback.write({"state": "draft", "reason": False, "request_sent_on": False, "attempt": attempt,
                            "out_return_no": f"{base}-{attempt}"})

    def write(self, vals):
        if {"line_id", "refund_tx_id", "amount"} & set(vals):
            raise UserError(self.env._("What is to be given back is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What is to be given back is not changed."))
