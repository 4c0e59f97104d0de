from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .alliance_contract import UNSIGNED

REMIND_DAYS = 30


class AllianceContract(models.Model):
    """Versions: a signed contract is amended by the next one, and ends on its last day."""

    _inherit = "alliance.contract"

    def action_amend(self):
        """Open a draft of the next version, to begin tomorrow unless said otherwise (operator).

        :raise UserError: not active, or there is a draft of the next version already
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(self.env._("Only an active contract can be amended."))
        version = self.next_ids.filtered(lambda contract: contract.state in UNSIGNED)[:1]
        if not version:
            tomorrow = self._get_today() + timedelta(days=1)
            number = max([self.version, *self.next_ids.mapped("version")]) + 1  # one may have been terminated
            version = self.copy({
                "previous_id": self.id, "version": number, "name": f"{self._get_root_name()}-{number}",
                "date_start": max(tomorrow, self.date_start + timedelta(days=1)), "date_end": self.date_end})
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "view_mode": "form", "res_id": version.id}

    def _get_root_name(self):
        """Return the number that all versions share."""
        root = self
        while root.previous_id:
            root = root.previous_id
        return root.name

    def _get_today(self):
        self.ensure_one()
        return self.company_id._get_day()

    def _check_amends(self):
        """Raise UserError if this version cannot follow what it amends."""
        previous = self.previous_id
        if previous and previous.merchant_id != self.merchant_id:
            raise UserError(self.env._("Merchant: %(contract)s is %(merchant)s's, and so is what amends it.",
                                       contract=previous.name, merchant=previous.merchant_id.name))
        if previous.state == "terminated":
            raise UserError(self.env._(
                "%s was terminated, and cannot be amended any more. Make a new contract.", previous.name))
        if previous and (self.date_start < self._get_today() or self.date_start <= previous.date_start):
            raise UserError(self.env._(
                "First day: an amendment begins today at the earliest, and after the first day of what it amends."))

    def _end_previous(self):
        """End the version that this one amends the day before it begins."""
        self._check_amends()
        previous = self.previous_id
        last = self.date_start - timedelta(days=1)
        if previous.state == "active" and (not previous.date_end or previous.date_end > last):
            previous._write_step({"date_end": last})
            previous.flush_recordset()  # before the database compares both

    def _end_versions(self):
        """Settle what this version's termination is to its neighbours: none brings the merchant back in force.

        What would follow it never begins; had it not begun itself, what it amends goes on.
        """
        self.flush_recordset()  # before the database compares it with what goes on
        self.next_ids.filtered(lambda version: version.state == "sent").action_take_back()
        today = self._get_today()
        for version in self.next_ids:
            if version.state == "active" and version.date_start > today:
                version._terminate()
        if not self._is_ever_in_force() and self.previous_id.state == "active":
            self.previous_id._restore_end()

    def _restore_end(self):
        """Let this version last as signed again, or until another contract begins."""
        later = self._get_overlapping(self.agreed_end).mapped("date_start")
        ends = [self.agreed_end] if self.agreed_end else []
        self._write_step({"date_end": min(ends + [day - timedelta(days=1) for day in later], default=False)})

    def _is_followed(self):
        """Return whether a signed version comes, or came, into force after this one."""
        return any(version._is_ever_in_force() for version in self.next_ids)

    def _cron_follow_dates(self):
        """Close what has ended, and remind of what ends within 30 days and has no next version."""
        running = Domain("state", "=", "active") & Domain("date_end", "!=", False)
        companies = [company for company, in self._read_group(running, ["company_id"])]
        self.env["ir.cron"]._run_each(companies, self._follow_dates)

    def _follow_dates(self, company):
        today = company._get_day()
        ended = self.search([
            ("company_id", "=", company.id), ("state", "=", "active"), ("date_end", "<", today)])
        for contract in ended:
            contract._write_step({"state": "amended" if contract._is_followed() else "expired"})
        ending = self.search([
            ("company_id", "=", company.id), ("state", "=", "active"),
            ("date_end", "<=", today + timedelta(days=REMIND_DAYS))])
        for contract in ending.filtered(lambda c: not c._is_followed() and c.reminded_end != c.date_end):
            contract.activity_schedule(
                "merchant_alliance.activity_renew", date_deadline=contract.date_end,
                user_id=(contract.user_id or company._get_task_owner()).id)
            contract._write_step({"reminded_end": contract.date_end})
