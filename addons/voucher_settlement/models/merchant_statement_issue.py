from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, split_every

from .merchant_statement_source import ACCOUNTS, SOURCES

MERCHANTS_PER_COMMIT = 200


class MerchantStatement(models.Model):
    """Statements are issued for many merchants at once, in SQL: one pass over each ledger's new rows."""

    _inherit = "merchant.statement"

    @api.model
    def _cron_issue(self):
        """Issue the statements of the interval that ended last, for every company that has its accounts."""
        merchants = self.env["alliance.merchant"].with_context(active_test=False)  # what archived ones get, they get
        companies = [company for company, in merchants._read_group(
            [("is_platform", "!=", True)], ["company_id"]) if self.env["escrow.posting"]._has_books(company)]
        waiting = {
            company: self._get_waiting_merchants(company, self._get_interval_end(company)) for company in companies}
        self.env["ir.cron"]._run_each(
            companies, lambda company: self._issue_in_chunks(waiting[company], self._get_interval_end(company)),
            {company: len(merchants) for company, merchants in waiting.items()})

    def _issue_in_chunks(self, merchants, date_to):
        cron = self.env["ir.cron"]
        for ids in split_every(MERCHANTS_PER_COMMIT, merchants.ids):
            cron._retry(lambda ids=ids: self._issue(merchants.browse(ids), date_to))
            if not cron._keep(len(ids)):
                break

    @api.model
    def _get_interval_end(self, company):
        """Return the last day (``date``) of the company's last complete interval: a Sunday or an ultimo."""
        today = company._get_day()
        if company.statement_interval == "week":
            return today - timedelta(days=today.isoweekday())
        return today.replace(day=1) - timedelta(days=1)

    @api.model
    def _issue(self, merchants, date_to):
        """Issue statements up to ``date_to`` to those of ``merchants`` (one company) that have something new.

        A merchant that another transaction works with is left out, as is one that has its statement already.

        :return: the statements
        """
        self = self.sudo()  # sudo: a job of the platform itself
        merchants = merchants.try_lock_for_update(allow_referencing=True)
        if not merchants:
            return self.browse()
        self.env.flush_all()
        previous = self._get_previous(merchants)
        first_days = self._get_first_days(merchants, date_to)
        statements = self.create([
            self._prepare_vals(merchant, previous.get(merchant.id), first_days[merchant.id], date_to)
            for merchant in merchants
            if merchant.id in first_days and (
                merchant.id not in previous or previous[merchant.id].date_to < date_to)])
        statements._take_in_rows()
        statements._send("voucher_settlement.mail_template_statement")
        return statements

    def _prepare_vals(self, merchant, previous, first_day, date_to):
        """Return values of a statement before its rows are taken in: it ends with what it begins with."""
        vals = {
            "name": self.env["ir.sequence"].next_by_code("merchant.statement"),
            "merchant_id": merchant.id, "date_to": date_to, "previous_id": previous.id if previous else False,
            "date_from": previous.date_to + timedelta(days=1) if previous else first_day}
        for account in ("deposit", "account", "voucher"):
            amount = previous[f"{account}_closing"] if previous else 0.0
            vals |= {f"{account}_opening": amount, f"{account}_closing": amount}
        return vals

    # -- rows ------------------------------------------------------------------------------------

    def _get_previous(self, merchants):
        """Return ``{merchant's id: its last statement}``."""
        rows = self.env.execute_query(SQL(
            """SELECT DISTINCT ON (merchant_id) merchant_id, id FROM merchant_statement
                WHERE merchant_id IN %s ORDER BY merchant_id, date_to DESC""", tuple(merchants.ids)))
        return {merchant_id: self.browse(statement_id) for merchant_id, statement_id in rows}

    def _get_first_days(self, merchants, date_to):
        """Return ``{merchant's id: first day}`` of those with rows up to ``date_to`` on no statement yet."""
        rows = self.env.execute_query(self._sql(
            "SELECT merchant_id, MIN(day) FROM (" + " UNION ALL ".join(
                f"""SELECT r.merchant_id, {source.day} AS day FROM {source.table} r
                     WHERE r.statement_id IS NULL AND {source.condition} AND r.merchant_id IN %(merchants)s"""
                for source in SOURCES.values()) + ") AS news WHERE day <= %(date_to)s GROUP BY merchant_id",
            merchants.company_id, merchants=tuple(merchants.ids), date_to=date_to))
        return dict(rows)

    @api.model
    def _get_waiting_merchants(self, company, date_to):
        """Return the merchants that had no statement up to ``date_to`` yet, and rows on none."""
        self.env.flush_all()
        rows = self.env.execute_query(self._sql(
            """SELECT m.id FROM alliance_merchant m
                WHERE m.company_id = %(company)s AND m.is_platform IS NOT TRUE
                  AND NOT EXISTS (SELECT FROM merchant_statement s WHERE s.merchant_id = m.id
                                     AND s.date_to >= %(date_to)s)
                  AND (""" + " OR ".join(
                f"""EXISTS (SELECT FROM {source.table} r WHERE r.merchant_id = m.id AND r.statement_id IS NULL
                               AND {source.condition} AND {source.day} <= %(date_to)s)"""
                for source in SOURCES.values()) + ") ORDER BY m.id",
            company, company=company.id, date_to=date_to))
        # sudo: jobs are the system's
        return self.env["alliance.merchant"].sudo().browse([merchant_id for merchant_id, in rows])

    def _take_in_rows(self):
        """Put the rows that belong on these statements (one company) on them, and add up what they come to."""
        if not self:
            return
        self.env.flush_all()
        for source in SOURCES.values():
            self.env.execute_query(self._sql(
                f"""UPDATE {source.table} r SET statement_id = s.id FROM merchant_statement s
                     WHERE s.id IN %(ids)s AND r.merchant_id = s.merchant_id AND r.statement_id IS NULL
                       AND {source.condition} AND {source.day} <= s.date_to""",
                self.company_id, ids=tuple(self.ids)))
            self.env[source.model].invalidate_model(["statement_id"])
        figures = {
            figure: f"COALESCE({name}.{figure}, 0)"
            for name, source in SOURCES.items() for figure in source.figures}
        closings = {
            f"{account}_closing": " + ".join([f"s.{account}_opening", *(figures[part] for part in parts)])
            for account, parts in ACCOUNTS.items()}
        assignments = ", ".join(f"{column} = {value}" for column, value in (figures | closings).items())
        sums = " ".join(
            f"""LEFT JOIN (SELECT r.statement_id, {", ".join(f"SUM({e}) AS {f}" for f, e in source.figures.items())}
                             FROM {source.table} r WHERE r.statement_id IN %(ids)s GROUP BY r.statement_id
                ) AS {name} ON {name}.statement_id = t.id"""
            for name, source in SOURCES.items())
        self.env.execute_query(self._sql(
            f"""UPDATE merchant_statement s SET {assignments} FROM merchant_statement t {sums}
                 WHERE t.id = s.id AND s.id IN %(ids)s""", self.company_id, ids=tuple(self.ids)))
        self.invalidate_recordset()

    def _sql(self, code, of_company, **values):
        """Return a query over SOURCES; ``code`` consists of constants of these files only."""
        return SQL(code, zone=of_company._get_zone(), **values)

    def _send(self, xmlid):
        """Tell the merchants by mail, later, those that have an address."""
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if template and (told := self.filtered("merchant_id.partner_id.email")):
            template.sudo().send_mail_batch(told.ids)  # sudo: operators do not write mails themselves
