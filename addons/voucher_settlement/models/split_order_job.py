from odoo import api, fields, models

from odoo.addons.merchant_alliance.tools.money import from_cents, split_by_weights, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from ..tools.split import CLOSED, PENDING, SUCCESS, SplitError, SplitMissingError, SplitRefusedError, SplitUnknownError

CHUNK = 100
WORKING = ("draft", "requested", "finishing")
WARN_DAYS = 5
WAIT_HOURS = 24  # so long a payment may wait before the operator is told
UNSETTLED = ("draft", "pending", "authorized")


class SplitOrder(models.Model):
    """Requests, queries and finishes, order by order, each in transactions of its own.

    Before something is asked of the provider, that it was asked is committed: after a crash, or without an answer, the
    provider is first asked what it knows, and only then the request is made again, under its number.
    """

    _inherit = "split.order"

    @api.model
    def _cron_split(self):
        """Go on with what waits, the longest untried first; one that fails stops no other."""
        orders = self.sudo().search(  # sudo: a job of the platform itself
            [("state", "in", WORKING)], order="tried_on NULLS FIRST, id", limit=CHUNK)
        refunds = self.env["payment.transaction"].sudo().search(  # sudo: see above
            [("split_held", "=", True)], order="split_tried_on NULLS FIRST, id", limit=CHUNK)
        # kept before: those that fail, whatever the error, come after all others the next time
        orders.tried_on = refunds.split_tried_on = fields.Datetime.now()
        self._keep()
        self.env["ir.cron"]._run_each([*orders, *refunds], lambda record: record._advance_split())

    def _keep(self):
        """Commit what is known so far, before the provider is asked; outside of the job nothing is committed."""
        self.env.flush_all()
        self.env["ir.cron"]._keep()

    def _advance_split(self):
        """Take one order as far as it gets now."""
        self.ensure_one()
        touch(self)
        try:
            if self.state == "draft":
                self._advance_draft()
            elif self.state == "requested":
                self._take_answer(self._get_adapter()._query(self, self.out_order_no))
            if self.state == "finishing":
                self._advance_finish()
        except SplitError as error:  # a refusal is one of a question: it says nothing about the request
            self.reason = str(error)[:500]

    def _get_adapter(self):
        return self.provider_id._get_adapter()

    # -- request ---------------------------------------------------------------------------------

    def _advance_draft(self):
        if not self.request_sent_on and self._is_past_deadline():
            self._end_unasked()
            return
        if not self.request_sent_on and not self._prepare_request():
            return
        try:
            answer = self._ask_again() if self.request_sent_on else self._ask_first()
        except SplitRefusedError as error:
            self._fail(str(error))
            return
        if answer:
            self._take_answer(answer)

    def _prepare_request(self):
        """Work out the parts and make sure of the receivers; return whether there is something to be requested."""
        if not self.provider_id._splits():
            self.reason = self.env._("%s does not split any more: something is missing in its settings.",
                                     self.provider_id.name)
            return False
        if self._is_waiting():
            return False
        self._renew_lines()
        if not self._get_paid_cents():
            self._end("returned")
            return False
        if not self.line_ids.filtered(lambda line: line.state == "pending"):
            self.write({"state": "finishing", "reason": False})
            return False
        receivers = self.env["split.receiver"]._get_for(self.provider_id, self.merchant_id, self.payer)
        if receivers._register_all():
            return True
        reason = "; ".join(filter(None, receivers.mapped("reason")))
        if "failed" in receivers.mapped("state"):
            self._fail(reason)
        else:
            self.reason = reason[:500]  # no answer: later
        return False

    def _is_waiting(self):
        """Return whether it is not known yet what the payment has to give, and say why."""
        if refunds := self._get_unsettled_refunds():
            self.reason = self.env._(
                "Waits for the end of a refund (%s): what is split is a part of what is left of the payment.",
                ", ".join(refunds.mapped("reference")))[:500]
        elif self._get_paid_cents() and self.order_id._awaits_split_sale(self.merchant_id):
            self.reason = self.env._(
                "Waits for the sale of %s: the order is not confirmed, or not paid whole.", self.order_id.name)
        else:
            return False
        return True

    def _ask_first(self):
        self.request_sent_on = fields.Datetime.now()
        self._keep()
        return self._get_adapter()._request(self)

    def _ask_again(self):
        """The request may have arrived: ask for it first, and make it again if it has not."""
        try:
            return self._get_adapter()._query(self, self.out_order_no)
        except SplitMissingError:
            return self._get_adapter()._request(self)
        except SplitRefusedError as error:  # the question was refused, not the request
            raise SplitUnknownError(str(error)) from None

    def _take_answer(self, answer):
        """Note what each receiver got; go on when nothing changes any more."""
        pending = self.line_ids.filtered(lambda line: line.state == "pending")
        for line in pending:
            state, reason, cents = answer.parts.get(line.account, (PENDING, "", None))
            if cents is not None and cents != to_cents(line.amount, line.currency_id):
                raise SplitUnknownError(self.env._(
                    "%(account)s got %(cents)s cents there, %(own)s here.", account=line.account, cents=cents,
                    own=to_cents(line.amount, line.currency_id)))
            if state != PENDING:
                line.write({"state": {SUCCESS: "success", CLOSED: "closed"}[state], "reason": reason,
                            "out_order_no": self.out_order_no})
        self.write({"reason": False, "provider_number": answer.number or self.provider_number, "state": "requested"})
        states = set(self.line_ids.mapped("state"))
        if "pending" in states:
            return
        if "closed" in states:
            closed = self.line_ids.filtered(lambda line: line.state == "closed")
            self._fail("; ".join(f"{line.account}: {line.reason}" for line in closed))
        else:
            self.state = "finishing"

    def _fail(self, reason):
        self.write({"state": "failed", "reason": reason[:500]})
        self._alert(self.env._("%s was not split", self.name), self.env._(
            "The provider says: %(reason)s. Put it right and retry before %(day)s.", reason=reason, day=self.deadline))

    # -- finish ----------------------------------------------------------------------------------

    def _end(self, state, reason=False):
        """Nothing changes any more: book who got what, and fund what waited for it."""
        self.write({"state": state, "reason": reason})
        self.line_ids.filtered(lambda line: line.state == "pending").unlink()  # refused, or never asked for
        self.env["split.entry"]._record_finished(self)
        self.activity_feedback(["mail.mail_activity_data_todo"])
        self.env.ref("merchant_alliance.cron_fund_pending")._trigger()

    def _end_unasked(self):
        """Nothing was asked for until the deadline: all that was left is the merchant's, nobody needs to be asked."""
        self.line_ids.filtered(lambda line: line.state == "pending").unlink()
        if not self._get_paid_cents():
            self._end("returned")
            return
        received = self.line_ids.filtered(lambda line: line.state == "success").mapped("role")
        due = any(cents for role, cents in self._get_due_cents().items() if role not in received)
        if due or self._lacks_parts() or self.order_id._awaits_split_sale(self.merchant_id):
            self._end("lost", self.reason or self.env._("The deadline passed before it was asked for."))
        else:
            self._end("finished")

    def _lacks_parts(self):
        return any(line.state != "success" for line in self.line_ids)

    def _advance_finish(self):
        """Unfreeze the rest for the merchant; what the receivers have got is theirs then."""
        try:
            answer = self._ask_to_finish(f"{self.name}-F")
        except SplitError as error:
            # after the deadline there is nothing to unfreeze: the provider has done it by itself, asked or not
            if not self._is_past_deadline():
                if isinstance(error, SplitUnknownError):
                    raise
                self._alert_unfinished(str(error))
                return
        else:
            if not answer.finished:
                return
        if self.given_up or self._lacks_parts():
            self._end("lost", self.reason)
        else:
            self._end("finished")

    def _ask_to_finish(self, number):
        adapter = self._get_adapter()
        if self.finish_sent_on:
            try:
                return adapter._query(self, number)
            except SplitMissingError:
                return adapter._finish(self, number)
        self.finish_sent_on = fields.Datetime.now()
        self._keep()
        return adapter._finish(self, number)

    def _alert_unfinished(self, reason):
        """The rest stays frozen, and each run asks again: the operator, told once, puts right what is in the way."""
        if self.reason != reason[:500]:
            self.reason = reason[:500]
            self._alert(self.env._("%s: the merchant's part is not set free", self.name), self.env._(
                "The provider says: %(reason)s. It is asked again by itself, and sets it free on %(day)s at the"
                " latest.", reason=reason, day=self.deadline))

    # -- amounts ---------------------------------------------------------------------------------

    def _get_paid_cents(self):
        """Return what is left of the payment after refunds that were made."""
        refunds = self.transaction_id._get_refunds().filtered(lambda tx: tx.state == "done")
        return to_cents(self.amount, self.currency_id) + sum(tx._get_kept_cents() for tx in refunds)

    def _get_unsettled_refunds(self):
        """Return refunds of the payment that have not come to an end, or are not taken from its sale yet."""
        return self.transaction_id._get_refunds().filtered(
            lambda tx: tx.state in UNSETTLED or (tx.state == "done" and not tx.is_post_processed))

    def _get_due_cents(self):
        """Return ``{role: cents}`` of the order's concession that this payment still has to give.

        Of an order that was paid in parts each payment gives its share, and the last one what is left.
        """
        sales = self.order_id._get_split_sales(self.merchant_id)
        due = dict.fromkeys(("escrow", "platform"), 0)
        for sale in sales:
            escrow, platform = sale._get_split_parts()
            due["escrow"] += escrow
            due["platform"] += platform
        others = self.search([("order_id", "=", self.order_id.id), ("merchant_id", "=", self.merchant_id.id),
                              ("id", "!=", self.id)])
        for line in others.line_ids.filtered(lambda line: line.state != "closed"):
            due[line.role] -= line._get_left_cents()
        waiting = others.filtered(lambda other: other.state == "draft" and not other.line_ids)
        weights = [self._get_paid_cents(), sum(other._get_paid_cents() for other in waiting)]
        return {role: split_by_weights(cents, weights)[0] if cents > 0 and weights[0] > 0 else 0
                for role, cents in due.items()}

    def _renew_lines(self):
        """Make the lines that are not received yet what the payment has to give now."""
        received = self.line_ids.filtered(lambda line: line.state == "success")
        (self.line_ids - received).unlink()
        provider = self.provider_id.sudo()  # sudo: numbers of the platform itself
        for role, cents in self._get_due_cents().items():
            if cents and role not in received.mapped("role"):
                self.env["split.order.line"].create({
                    "order_id": self.id, "role": role, "account": provider[f"split_{role}_account"],
                    "amount": from_cents(cents, self.currency_id)})

    # -- deadline --------------------------------------------------------------------------------

    @api.model
    def _cron_watch_deadlines(self):
        """Warn of payments that are not split: of those that get no further, and where they soon cannot be any more."""
        waiting = [("state", "in", ("draft", "requested", "finishing", "failed"))]
        # sudo: a job of the platform itself
        companies = [company for company, in self.sudo()._read_group(waiting, ["company_id"])]
        self.env["ir.cron"]._run_each(companies, self.sudo()._watch_deadlines)

    def _watch_deadlines(self, company):
        today = company._get_day()
        waiting = self.search([
            ("company_id", "=", company.id), ("state", "=", "draft"), ("request_sent_on", "=", False),
            ("reason", "!=", False),
            ("create_date", "<=", fields.Datetime.subtract(fields.Datetime.now(), hours=WAIT_HOURS))], limit=1000)
        for order in waiting:
            order._alert(self.env._("%s waits to be split", order.name), self.env._(
                "%(reason)s Put it right and retry before %(day)s, or leave the payment to the merchant.",
                reason=order.reason, day=order.deadline))
        orders = self.search([
            ("company_id", "=", company.id), ("state", "in", ("draft", "requested", "failed")),
            ("deadline", "<=", fields.Date.add(today, days=WARN_DAYS))], limit=1000)
        for order in orders.filtered("is_undecided"):
            order._alert(self.env._("%s: say who has got what", order.name), self.env._(
                "%(reason)s The deadline has passed. Put right what is in the way and retry; or look this payment up in"
                " the provider's own record, and note at each part whether it was received.", reason=order.reason))
        for order in orders.filtered(lambda order: not order.is_undecided):
            order._alert(self.env._("%s: to be split by the deadline", order.name), self.env._(
                "After %(day)s the provider gives all of %(amount)s to %(merchant)s, the concession included.",
                day=order.deadline, amount=order.currency_id.format(order.amount), merchant=order.merchant_id.name))
