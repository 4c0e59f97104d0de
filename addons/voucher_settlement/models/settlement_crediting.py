from odoo import api, fields, models
from odoo.tools import SQL


class SettlementCrediting(models.Model):
    """What the jobs that credit wallets report of each settlement: rows are only added, so neither waits for the other.

    They are deleted when all wallets are credited.
    """

    _name = "settlement.crediting"
    _description = "Crediting of a Settlement"
    _inherit = ["alliance.server.fields"]
    _log_access = False

    period_id = fields.Many2one("settlement.period", required=True, readonly=True, index=True, ondelete="cascade")
    done = fields.Integer(required=True, readonly=True, help="Wallets credited.")
    behind = fields.Integer(readonly=True, help="Wallets that were behind then, where the job has counted them.")
    reached = fields.Integer(readonly=True, help="Number of the last wallet credited: the next run goes on after it.")

    @api.model
    def _note(self, period, done=0, behind=None, reached=None):
        """Add a report, past the cache."""
        self.env.execute_query(SQL(
            "INSERT INTO settlement_crediting (period_id, done, behind, reached) VALUES (%s, %s, %s, %s) RETURNING id",
            period.id, done, behind, reached))

    @api.model
    def _get_reached(self, period):
        """Return the id of the wallet after which a run for ``period`` goes on; what was left out before comes last."""
        [[reached]] = self.env.execute_query(SQL(
            "SELECT COALESCE(MAX(reached), 0) FROM settlement_crediting WHERE period_id = %s", period.id))
        return reached

    @api.model
    def _count_left(self, period):
        """Return how many wallets ``period`` has yet to be credited to: counted once, then told by the reports.

        Those who open their wallets report nothing, so it may be too many.
        """
        left = self.env.execute_query(SQL(
            """SELECT GREATEST(c.behind - (SELECT COALESCE(SUM(done), 0) FROM settlement_crediting
                                            WHERE period_id = c.period_id AND id > c.id), 0)
                 FROM settlement_crediting c WHERE c.period_id = %s AND c.behind IS NOT NULL
             ORDER BY c.id DESC LIMIT 1""", period.id))
        if left:
            return left[0][0]
        behind = period._count_behind()
        self._note(period, behind=behind)
        return behind

    @api.model
    def _get_progress(self, period):
        """Return the per cent of wallets credited for ``period`` or a later one of its company; no wallet is read."""
        self.env.flush_all()
        [[percent]] = self.env.execute_query(SQL(
            """WITH report AS (
                   SELECT c.* FROM settlement_crediting c JOIN settlement_period p ON p.id = c.period_id
                    WHERE p.company_id = %(company)s AND p.number >= %(number)s
               ), counted AS (
                   SELECT id, behind FROM report WHERE behind > 0 ORDER BY id DESC LIMIT 1
               )
               SELECT LEAST(COALESCE(100.0 * SUM(r.done) / MAX(
                          c.behind + (SELECT COALESCE(SUM(done), 0) FROM report WHERE id < c.id)), 0), 100)
                 FROM report r CROSS JOIN counted c""", company=period.company_id.id, number=period.number))
        return float(percent)

    @api.autovacuum
    def _gc_reports(self):
        self.env.execute_query(SQL(
            """DELETE FROM settlement_crediting c USING settlement_period p
                WHERE p.id = c.period_id AND p.dust_returned RETURNING c.id"""))
