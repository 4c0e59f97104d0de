from odoo import api, models
from odoo.exceptions import UserError

from ..tools.serialize import touch

CHUNK = 20


class AllianceRateChange(models.Model):
    """Sending the amendments in the background, and taking back those that nobody has signed."""

    _inherit = "alliance.rate.change"

    def action_confirm(self):
        """Amend what the preview lists, and send it to be signed; in the background (operator).

        :raise UserError: sent already, not previewed, or nothing is left to amend
        """
        self.check_access("write")
        for change in self:
            touch(change)  # of two at once, the later one sees the other
            change._check_terms()
            if not change.contract_count:
                raise UserError(self.env._("Preview first; there must be something left to amend."))
            change.sudo().state = "running"  # sudo: the state is set by steps only
        self.env.ref("merchant_alliance.cron_rate_change").sudo()._trigger()  # sudo: jobs are the system's

    @api.model
    def _cron_send(self):
        """Send what is waiting, some contracts in each transaction; can stop and go on anywhere."""
        changes = self.search([("state", "=", "running")], order="id")
        self.env["ir.cron"]._run_each(
            changes, lambda change: change._send(),
            {change: len(change._get_open_lines().contract_id) for change in changes})

    def _send(self):
        cron = self.env["ir.cron"]
        in_time = True
        while in_time and cron._retry(self._send_chunk):
            in_time = cron._keep(CHUNK)
        cron._keep(CHUNK if in_time else 0)

    def _send_chunk(self):
        """Amend and send up to ``CHUNK`` contracts, with the rights of who confirmed it.

        :return: how many contracts are left
        """
        self.ensure_one()
        change = self.sudo()  # sudo: a job of the system's
        touch(change)
        change.invalidate_recordset(["state"])
        if change.state != "running":  # undone meanwhile
            return 0
        open_lines = change._get_open_lines()
        contracts = open_lines.contract_id
        chunk = contracts[:CHUNK].with_user(change.user_id)
        problems = change._get_problems(chunk)
        for contract in chunk:
            lines = open_lines.filtered(lambda line, own=contract: line.contract_id == own)
            problem = problems.get(contract)
            if not problem:
                try:
                    with self.env.cr.savepoint():
                        lines.amendment_id = change._amend(contract)
                except UserError as error:  # of one contract; the others go on
                    problem = str(error)
            if problem:
                lines.problem = problem
        if not contracts[CHUNK:]:
            change.state = "done"
        return len(contracts[CHUNK:])

    def _get_open_lines(self):
        """Return what is still to be amended."""
        return self.line_ids.filtered(lambda line: not line.problem and not line.amendment_id)

    def _amend(self, contract):
        """Return the next version of ``contract`` with the new rates, sent to be signed."""
        versions = contract.browse(contract.action_amend()["res_id"])
        versions.date_start = self.date_start
        in_order = [terms.line_ids.sorted(lambda line: (line.sequence, line.id)) for terms in (contract, versions)]
        for old, new in zip(*in_order, strict=True):
            new.rate = self._get_new_rate(old.rate)
        versions.message_post(body=self.env._("New rates of %s.", self.name))
        versions.action_send()
        return versions

    def action_undo(self):
        """Take back the amendments of this change that nobody has signed; signed ones stay (operator).

        :raise UserError: nothing was sent
        """
        self.check_access("write")
        for change in self:
            touch(change)
            if change.state not in ("running", "done"):
                raise UserError(self.env._("%s was not sent.", change.name))
            unsigned = change.line_ids.amendment_id.filtered(lambda contract: contract.state in ("draft", "sent"))
            touch(unsigned)  # who signs at the same moment comes first or second
            unsigned.filtered(lambda contract: contract.state == "sent").action_take_back()
            names = ", ".join(unsigned.mapped("name"))
            unsigned.unlink()
            change.sudo().state = "undone"  # sudo: the state is set by steps only
            change.message_post(body=self.env._("Taken back: %s", names) if names else self.env._(
                "All were signed; nothing was taken back."))

    def action_view_amendments(self):
        """Open the amendments of this change."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("merchant_alliance.action_contract"),
            "domain": [("id", "in", self.line_ids.amendment_id.ids)], "context": {"create": False}}
