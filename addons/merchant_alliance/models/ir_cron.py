import logging

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..tools.serialize import retry_collisions

_logger = logging.getLogger(__name__)

FAILED = "merchant_alliance.activity_job_failed"


class IrCron(models.Model):
    """Jobs work for many companies and documents: one that fails stops no other, and somebody gets to know."""

    _inherit = "ir.cron"

    @api.model
    def _is_job(self):
        """Whether this runs as a job, which may commit; else everything is left to the caller's transaction."""
        return bool(self.env.context.get("ir_cron_progress_id"))

    @api.model
    def _keep(self, done=0):
        """Commit in a job, ``done`` more being done; return whether there is time for more."""
        return not self._is_job() or bool(self._commit_progress(done))

    @api.model
    def _retry(self, work):
        """Return what ``work()`` returns; in a job it is tried again when another transaction is in its way."""
        return retry_collisions(self.env.cr, work) if self._is_job() else work()

    @api.model
    def _run_each(self, records, work, counts=None):
        """Call ``work(record)`` for each of ``records`` as long as there is time.

        Each is a transaction of its own in a job, else a savepoint. One that fails is undone, logged, and made a task
        of its company's owner of tasks; the others go on.

        :param records: companies, or records with a company
        :param work: takes one record; what it keeps by itself (:meth:`_keep`) stays when it fails later
        :param dict counts: how much there is to do by record, where ``work`` keeps each part; else each counts as one
        :return: list of what ``work`` returned for those that did not fail
        """
        weights, results = counts or dict.fromkeys(records, 1), []
        left = sum(weights.values())
        if self._is_job():
            self._commit_progress(remaining=left)
        for record in records:
            left -= weights[record]
            failed = False
            try:
                if self._is_job():
                    results.append(retry_collisions(self.env.cr, lambda record=record: work(record)))
                else:
                    with self.env.cr.savepoint():
                        results.append(work(record))
            except Exception as error:
                if self._is_job():
                    self.env.cr.rollback()
                elif isinstance(error, OperationalError):
                    raise  # the caller's whole transaction is tried again
                _logger.exception("%s failed in a job", record)
                self._announce_failure(record, error)
                failed = True
            in_time = self._keep(0 if counts else 1)
            if failed and self._is_job():
                self._commit_progress(remaining=left)  # it is not tried again before the next time
            if not in_time:
                break
        return results

    @api.model
    def _announce_failure(self, record, error):
        """Make it a task that the job failed for ``record``, unless its company has that task already."""
        company = record if record._name == "res.company" else record.company_id or self.env.company
        company = company.sudo()  # sudo: a job
        owner = company._get_task_owner()
        self = self.with_context(lang=owner.lang)
        job = self.sudo().browse(self.env.context.get("cron_id")).cron_name or self.env._("Job")  # sudo: a job
        contact = company.partner_id.with_context(lang=owner.lang)
        if contact.activity_search([FAILED], additional_domain=[("summary", "=", job)]):
            return
        reason = str(error) if isinstance(error, UserError) else self.env._("The server's log says more.")
        contact.activity_schedule(FAILED, user_id=owner.id, summary=job, note=plaintext2html(self.env._(
            "It failed for %(record)s and went on with the others. %(reason)s",
            record=record.display_name, reason=reason)))
