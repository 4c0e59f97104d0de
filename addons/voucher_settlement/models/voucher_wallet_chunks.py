from functools import partial

from odoo import api, models
from odoo.tools import SQL


class VoucherWallet(models.Model):
    """Jobs take wallets that nobody else has locked, in chunks: payments never wait long for them."""

    _inherit = "voucher.wallet"

    @api.model
    def _run_in_chunks(self, pick, work, after=0):
        """Work off rows chunk by chunk until none is left that can be locked, or time is up.

        Inside a cron run each chunk is committed and a chunk that collided with another
        transaction is tried again; outside, everything is left to the caller's transaction.

        :param pick: function that returns the SQL that chooses and locks the ids of one chunk, above the last id of
            the chunk before
        :param work: called with the list of ids; must make them drop out of ``pick``
        :param int after: where the first round begins; the others begin with the first row
        :return: number of rows worked off
        """
        cron = self.env["ir.cron"]

        def run_chunk(after):
            self.env.flush_all()
            if ids := [row[0] for row in self.env.execute_query(pick(after))]:
                work(ids)
                self.env.flush_all()
            return ids

        done = 0
        while True:
            ids = cron._retry(partial(run_chunk, after))
            done += len(ids)
            if not ids and not after:  # a whole round without any
                break
            after = max(ids, default=0)
            if ids and not cron._keep(len(ids)):
                break
        return done

    @api.model
    def _run_by_company(self, get_rows, key, order, chunk, work):
        """Work off rows of wallets, company by company, in chunks of ``chunk`` rows.

        :param get_rows: function of a company that returns what is to be done there as SQL: tables and conditions,
            the wallet being ``w``
        :param SQL key: the column with the ids of the rows
        :param SQL order: which rows come first
        :param work: see :meth:`_run_in_chunks`
        :return: number of rows worked off
        """
        self.env.flush_all()
        counts = {}
        companies = self.env["res.company"].sudo()  # sudo: a job
        for company in companies.search([("active", "in", (True, False))]):  # vouchers of closed ones expire, too
            [[count]] = self.env.execute_query(SQL("SELECT count(*) FROM %s", get_rows(company)))
            if count:
                counts[company] = count

        def run(company):
            query = SQL("SELECT %s FROM %s ORDER BY %s LIMIT %s FOR UPDATE OF w SKIP LOCKED",
                        key, get_rows(company), order, chunk)
            return self._run_in_chunks(lambda _after: query, work)

        return sum(self.env["ir.cron"]._run_each(counts, run, counts))
