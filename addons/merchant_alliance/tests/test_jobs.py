from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AllianceCommon

FAILED = "merchant_alliance.activity_job_failed"
REASON = "Locked: nobody has the key."
HELPER = "odoo.addons.merchant_alliance.models.ir_cron"


@tagged("post_install", "-at_install")
class TestJobs(AllianceCommon):
    """A job works for many: one that fails stops no other, and somebody gets to know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Zenith"})
        cls.companies = cls.company | cls.other
        cls.reviewer = cls._make_user("job_reviewer", "base.group_user,merchant_alliance.group_operator")
        cls.company.alliance_reviewer_id = cls.reviewer

    def _work(self, company):
        """Leave a trace, and fail for one of the companies."""
        company.partner_id.ref = "worked"
        if company == self.company:
            raise UserError(REASON)
        return company.name

    @mute_logger(HELPER)
    def _run(self, work=None, **kwargs):
        cron = self.env.ref("merchant_alliance.cron_fund_pending")
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            progress_cron, progress = cron.with_env(self.env(cr=cr))._add_progress()
            job = progress_cron.with_context(cron_id=cron.id, **kwargs.pop("context", {}))
            results = job._run_each(self.companies.with_env(job.env), work or self._work, **kwargs)
            left = progress.remaining
        self.env.invalidate_all()
        return results, left

    def _tasks(self):
        return self.company.partner_id.activity_search([FAILED])

    def test_the_others_go_on(self):
        self.assertEqual(self._run(), (["Zenith"], 0))
        self.assertEqual((self.company.partner_id.ref, self.other.partner_id.ref), (False, "worked"))

    @mute_logger(HELPER)
    def test_also_outside_of_a_job(self):
        self.assertEqual(self.env["ir.cron"]._run_each(self.companies, self._work), ["Zenith"])
        self.assertEqual((self.company.partner_id.ref, self.other.partner_id.ref), (False, "worked"))
        self.assertEqual(len(self._tasks()), 1)

    def test_it_is_a_task_once(self):
        self._run()
        task = self._tasks()
        self.assertEqual((task.user_id, task.summary), (self.reviewer, "Rewards: fund pending concessions"))
        self.assertIn("nobody has the key", task.note)
        self.assertIn(self.company.name, task.note)
        self.assertTrue(task.with_user(self.reviewer).has_access("write"))
        self._run()
        self.assertEqual(self._tasks(), task)

    def test_what_the_program_says_stays_in_the_log(self):
        def fail(company):
            raise ValueError("SELECT secret")

        self._run(fail)
        self.assertNotIn("secret", self._tasks()[0].note)

    def test_who_is_not_reached_in_time_is_left(self):
        def keep(company):
            company.env["ir.cron"]._keep(3)
            return company.name

        counts = {self.company: 3, self.other: 5}
        self.assertEqual(
            self._run(keep, counts=counts, context={"cron_end_time": 0}), ([self.company.name], 5))

    def test_what_failed_waits_for_the_next_time(self):
        """Else the job would begin again at once, and again."""
        self.assertEqual(self._run(counts={self.company: 3, self.other: 0}), (["Zenith"], 0))
