import hashlib
from base64 import b64encode

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

from .payout_batch import CHECKER, MAKER


class PayoutBatch(models.Model):
    """The way of a payout: proposed, submitted, approved by another person, sent to the bank."""

    _inherit = "payout.batch"

    def action_propose(self):
        """Find what is due, and leave out what cannot be paid, with the reason (maker).

        :raise UserError: nothing is due
        """
        for batch in self._start_step(MAKER, "draft"):
            posting = batch.env["escrow.posting"]
            posting._post_unposted(batch.company_id)
            batch._serialize()
            batch.all_line_ids.unlink()
            payables = batch.env["payout.source"]._get_payable(
                batch.company_id, kinds=[batch.kind] if batch.kind else None)
            if not payables:
                raise UserError(self.env._("Nothing is due to anybody: all is paid, or in another payout."))
            batch.env["payout.line"].create([batch._prepare_line(payable) for payable in payables])

    def _serialize(self):
        """Make proposals of one company follow each other: whoever comes second is retried, and finds less due."""
        touch(self.env["escrow.posting"]._get_account("payout_transit", self.company_id))

    def _prepare_line(self, payable):
        """Return the values of the line for a ``Payable``; left out where there is nobody to pay it to."""
        bank, problem = self.env["payout.line"]._get_bank_vals(payable.partner, self.company_id)
        reason = payable.reason or problem
        return {
            **bank, "name": self.env["ir.sequence"].next_by_code("payout.line"), "batch_id": self.id,
            "kind": payable.kind, "partner_id": payable.partner.id, "label": payable.label,
            "amount": from_cents(payable.cents, self.currency_id),
            "origin_model": payable.origin._name, "origin_id": payable.origin.id, "once": payable.once,
            "merchant_id": payable.origin.id if payable.kind == "merchant" else False,
            "account_id": self.env["escrow.posting"]._get_account(payable.account, self.company_id).id,
            "state": "skipped" if reason else "ready", "reason": reason}

    def action_submit(self):
        """Ask a second person (maker).

        :raise UserError: it pays nobody
        """
        for batch in self._start_step(MAKER, "draft"):
            if not batch.line_ids:
                raise UserError(self.env._("%s pays nobody yet: propose what is due first.", batch.name))
            batch._write_step(state="submitted", maker_id=self.env.uid)
            batch._ask_checkers(CHECKER, self.env._(
                "Check payout %(name)s: %(count)s payees, %(amount)s", name=batch.name, count=batch.line_count,
                amount=batch.currency_id.format(batch.amount)))

    def action_approve(self):
        """Agree to every payee, account and amount (checker, another person than the maker).

        :raise UserError: the same person, or something has changed since it was proposed
        """
        for batch in self._start_step(CHECKER, "submitted"):
            batch._check_second_person()
            if problems := batch._get_problems():
                raise UserError(self.env._(
                    "%(name)s is not as it was proposed. Send it back and propose it again:\n%(problems)s",
                    name=batch.name, problems="\n".join(
                        f"{line.name} {line.partner_id.name}: {problem}" for line, problem in problems.items())))
            batch._write_step(state="approved", checker_id=self.env.uid)
            batch._end_asking(approved=True)

    def action_send(self):
        """Book what leaves and make the bank file (maker or checker).

        A payee whose account has changed since the approval, or to whom less is due now, is stopped: it stays due.

        :raise UserError: nobody is left to be paid
        """
        for batch in self._start_step((MAKER, CHECKER), "approved"):
            for line, problem in batch._get_problems().items():
                line.write({"state": "stopped", "reason": problem})
            lines = batch.line_ids.filtered(lambda line: line.state == "ready")
            if not lines:
                raise UserError(self.env._("%s: nobody can be paid as approved. Cancel it.", batch.name))
            move = batch._post_lines("payout", lines, "account_id", 1)
            files = batch._make_files(lines)
            batch._write_step(
                state="sent", sent_at=fields.Datetime.now(), move_id=move.id,
                **{f"file_{kind}": b64encode(content) for kind, content in files.items()},
                **{f"sha256_{kind}": hashlib.sha256(content).hexdigest() for kind, content in files.items()})
            lines.write({"state": "sent"})
            batch.env["payout.source"]._after_sent(lines, move)

    def action_send_back(self):
        """Give a payout that waits, or was approved, back to its maker (maker or checker)."""
        for batch in self._start_step((MAKER, CHECKER), "submitted", "approved"):
            batch._write_step(state="draft", maker_id=False, checker_id=False)
            batch._end_asking()

    def action_cancel(self):
        """Give up a payout that was not sent: all of it stays due (maker or checker)."""
        for batch in self._start_step((MAKER, CHECKER), "draft", "submitted", "approved"):
            batch.all_line_ids.filtered(lambda line: line.state == "ready").write({"state": "cancelled"})
            batch._write_step(state="cancelled")
            batch._end_asking()

    def _get_problems(self):
        """Return ``{line: what speaks against paying it as proposed}``."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.state == "ready")
        self.env["escrow.posting"]._post_unposted(self.company_id)
        due = {
            (payable.origin._name, payable.origin.id): payable
            for payable in self.env["payout.source"]._get_payable(
                self.company_id, kinds=set(lines.mapped("kind")), ignored=lines)}
        problems = {line: self._get_problem(line, due.get((line.origin_model, line.origin_id))) for line in lines}
        return {line: problem for line, problem in problems.items() if problem}

    def _get_problem(self, line, payable):
        cents = payable.cents if payable else 0
        if cents < line._get_cents():
            return self.env._("only %s is due now.", self.currency_id.format(
                float(from_cents(cents, self.currency_id))))
        return payable.reason or line._get_account_change()

    def _post_lines(self, event, lines, counterpart, sign):
        """Post one entry: each payee's debt or money on the way against the transit account.

        :param str event: one of the payout events
        :param lines: ``payout.line``
        :param counterpart: field of the line that names the other account, or an operating key
        :param int sign: 1: the counterpart is debited, transit credited; -1: the opposite
        :return: ``account.move``
        """
        items, transit = [], self._get_transit()
        for line in lines:
            cents = sign * line._get_cents()
            items += [
                (line[counterpart] if counterpart in line._fields else counterpart, cents, line.partner_id),
                (transit, -cents, line.partner_id)]
        return self.env["escrow.posting"]._post_event(event, self.company_id, items, ref=self.name)

    def _get_transit(self):
        """Return the account on which this payout is on its way: the one it was sent with, whatever is set since."""
        sent = self.sudo().move_id.line_ids  # sudo: makers and checkers read no entries
        return sent.filtered(lambda line: line.balance < 0).account_id or "payout_transit"
