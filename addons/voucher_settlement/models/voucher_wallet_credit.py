from odoo import api, models
from odoo.tools import SQL

BESIDE = "voucher_settlement.ir_cron_credit_wallets_beside"


class VoucherWallet(models.Model):
    """Crediting: from cumulative indexes to vouchers, lazily or by a job."""

    _inherit = "voucher.wallet"

    def _credit_up_to_date(self):
        """Credit what all settlements so far released to these wallets.

        Locks only wallets that are behind; a wallet that is up to date costs one read.
        """
        wallets = self.sudo()  # sudo: credits, which nobody may write himself
        behind = wallets._get_behind()
        wallets.browse(wallet_id for _company, _number, ids in behind for wallet_id in ids)._lock()
        wallets._credit_behind(behind)

    def _get_behind(self):
        """Return ``[(company id, number of its last settlement, ids)]`` of the wallets that have not seen it."""
        self.env.flush_all()
        return self.env.execute_query(SQL(
            """SELECT w.company_id, last.number, array_agg(w.id)
                 FROM voucher_wallet w CROSS JOIN LATERAL (
                      SELECT number FROM settlement_period WHERE company_id = w.company_id AND state = 'settled'
                    ORDER BY number DESC LIMIT 1) AS last
                WHERE w.id = ANY(%s) AND w.settled_number < last.number GROUP BY 1, 2""", list(self.ids)))

    def _credit_locked(self):
        """Credit these wallets, which the caller has locked."""
        self._credit_behind(self._get_behind())

    def _credit_behind(self, behind):
        """Credit locked wallets, in one statement for each company.

        :param list behind: see :meth:`_get_behind`

        For each period p not credited yet: earned_p = earned + Σ base × increment, exact;
        the lot's amount is floor_cents(earned_p) − floor_cents(earned_{p−1}): one floor for the
        whole wallet, ever. A debt is paid out of the oldest credit first. ``trunc`` is the
        floor, as nothing here is negative.
        """
        for company_id, number, ids in behind:
            self._credit_rows(ids, self.env["res.company"].browse(company_id), number)

    @api.model
    def _credit_rows(self, wallet_ids, company, number):
        """Credit locked wallets of ``company`` up to period ``number``, past the cache."""
        self.env.flush_all()
        self.env.execute_query(self._get_credit_query(wallet_ids, company, number))
        self.browse(wallet_ids)._invalidate_amounts()
        self.env["voucher.entry"].invalidate_model()

    @api.model
    def _get_credit_query(self, wallet_ids, company, number):
        """Return the statement that credits ``wallet_ids`` of ``company`` up to period ``number``."""
        return SQL("""
            WITH unit AS MATERIALIZED (
                SELECT decimal_places FROM res_currency
                 WHERE id = (SELECT currency_id FROM res_company WHERE id = %(company)s)
            ), wallet AS MATERIALIZED (
                SELECT id, partner_id, settled_number, earned, credited, debt
                  FROM voucher_wallet WHERE id = ANY(%(wallets)s) AND settled_number < %(number)s
            ), period AS MATERIALIZED (
                SELECT s.id, s.number, (s.date_end AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                       policy.deduction_life_days AS days, policy.deduction_scope_id AS scope_id
                  FROM settlement_period s
                  JOIN green_points_cohort cohort ON cohort.id = s.cohort_id
                  JOIN green_points_policy policy ON policy.id = cohort.policy_id
                 WHERE s.company_id = %(company)s AND s.number <= %(number)s
                   AND s.number > (SELECT MIN(settled_number) FROM wallet)
            ), released AS MATERIALIZED (
                SELECT i.cohort_id, i.holder_kind, period.number, i.increment
                  FROM period JOIN settlement_index i ON i.period_id = period.id
            ), position AS MATERIALIZED (  -- whole and once: else what was released is gone through for each wallet
                SELECT w.id AS wallet_id, w.settled_number, p.*
                  FROM wallet w
                  CROSS JOIN LATERAL (  -- OFFSET 0: wallet by wallet, never by reading all positions
                      SELECT cohort_id, holder_kind, base FROM green_points_position
                       WHERE partner_id = w.partner_id AND base > 0 OFFSET 0) p
            ), due AS (
                SELECT p.wallet_id, r.number, SUM(p.base * r.increment) AS share
                  FROM position p
                  JOIN released r ON r.cohort_id = p.cohort_id AND r.holder_kind = p.holder_kind
                       AND r.number > p.settled_number
              GROUP BY p.wallet_id, r.number
            ), run AS (
                SELECT d.wallet_id, w.partner_id, d.number,
                       w.earned + SUM(d.share) OVER so_far AS earned,
                       trunc(w.earned + SUM(d.share) OVER so_far, (SELECT decimal_places FROM unit)) - w.credited
                       AS total,
                       w.debt
                  FROM due d JOIN wallet w ON w.id = d.wallet_id
                WINDOW so_far AS (PARTITION BY d.wallet_id ORDER BY d.number)
            ), step AS (
                SELECT r.*,
                       r.total - COALESCE(LAG(r.total) OVER by_period, 0) AS amount,
                       LEAST(r.debt, r.total)
                       - LEAST(r.debt, COALESCE(LAG(r.total) OVER by_period, 0)) AS paid
                  FROM run r
                WINDOW by_period AS (PARTITION BY r.wallet_id ORDER BY r.number)
            ), lot AS (
                INSERT INTO voucher_lot
                       (wallet_id, partner_id, kind, amount, remaining, held, date, expires_on,
                        period_id, scope_id, idempotency_key)
                SELECT s.wallet_id, s.partner_id, 'deduction', s.amount, s.amount - s.paid, 0,
                       period.day, period.day + period.days,
                       period.id, period.scope_id, concat('credit,', s.wallet_id, ',', s.number)
                  FROM step s JOIN period ON period.number = s.number
                 WHERE s.amount > 0
                RETURNING id, wallet_id, amount, amount - remaining AS paid, period_id, idempotency_key
            ), entry AS (
                INSERT INTO voucher_entry
                       (wallet_id, company_id, lot_id, kind, voucher_kind, amount, debt_change,
                        date, period_id, idempotency_key)
                SELECT wallet_id, %(company)s, id, 'credit', 'deduction', amount, 0,
                       now() AT TIME ZONE 'UTC', period_id, idempotency_key FROM lot
                UNION ALL
                SELECT wallet_id, %(company)s, id, 'debt', 'deduction', -paid, -paid,
                       now() AT TIME ZONE 'UTC', period_id, concat('debt,', idempotency_key) FROM lot WHERE paid > 0
            ), outcome AS MATERIALIZED (  -- whole and once: else it is added up again for each wallet
                SELECT w.id, MAX(s.earned) AS earned, COALESCE(SUM(s.amount), 0) AS amount,
                       COALESCE(SUM(s.paid), 0) AS paid
                  FROM wallet w LEFT JOIN step s ON s.wallet_id = w.id GROUP BY w.id
            )
            UPDATE voucher_wallet w
               SET settled_number = %(number)s,
                   earned = COALESCE(o.earned, w.earned),
                   credited = w.credited + o.amount,
                   debt = w.debt - o.paid,
                   balance_deduction = w.balance_deduction + o.amount - o.paid
              FROM outcome o WHERE w.id = o.id AND w.id = ANY(%(wallets)s)""",
            number=number, wallets=list(wallet_ids), company=company.id,
            zone=company._get_zone())

    # -- the job -----------------------------------------------------------------------------

    @api.model
    def _cron_credit(self, chunk=2000):
        """Credit every wallet up to the last settlement, then return the dust.

        Can stop and go on anywhere: ``settled_number`` says what is left. Takes wallets that
        nobody else has locked; run by cron it commits after each chunk, so that payments
        never wait long; called directly it leaves the commit to the caller.

        :return: number of wallets credited
        """
        cron = self.env["ir.cron"]
        periods = self._get_uncredited_periods()
        # with one for the end of each
        left = {period: self.env["settlement.crediting"]._count_left(period) + 1 for period in periods}

        def credit(period):
            if left[period] > chunk + 1:  # enough for two
                self.env.ref(BESIDE)._trigger()
            done = self._credit_all(period, chunk)
            if done + 1 < left[period] and not cron._keep():
                return done  # whether there are more is not worth reading past those that are done
            if not period._has_wallets_behind():
                if self._create_missing(period.company_id):
                    done += self._credit_all(period, chunk)
                period._return_dust()
                cron._keep(max(left[period] - done, 0))  # some had opened their wallets themselves
            return done

        return sum(cron._run_each(periods, credit, left))

    @api.model
    def _cron_credit_beside(self, chunk=2000):
        """Credit wallets beside the job that credits: each takes chunks that the other has not locked.

        It reports nothing as left and returns no dust: what it cannot lock, and the end, are the job's, which
        starts it again while there is enough for two.

        :return: number of wallets credited
        """
        periods = self._get_uncredited_periods()
        return sum(self.env["ir.cron"]._run_each(
            periods, lambda period: self._credit_all(period, chunk), dict.fromkeys(periods, 0)))

    @api.model
    def _get_uncredited_periods(self):
        """Return the last settled period (sudo) of each company in which wallets may be behind."""
        # sudo: a job; nobody may write wallets
        periods = self.env["settlement.period"].sudo().search(
            [("state", "=", "settled"), ("dust_returned", "=", False)], order="company_id, number")
        return periods.browse().union(*(uncredited[-1] for uncredited in periods.grouped("company_id").values()))

    def _credit_all(self, period, chunk):
        """Credit all wallets that are behind ``period``; return how many there were.

        In the order of their ids, chunk after chunk, and run after run: neither an index nor those that are done
        cost anything. Those that were locked are tried again in another round.
        """
        company, number = period.company_id, period.number
        wallets = self.sudo()  # sudo: a job; nobody may write wallets
        crediting = self.env["settlement.crediting"]

        def credit(ids):
            wallets._credit_rows(ids, company, number)
            crediting._note(period, done=len(ids), reached=max(ids))

        return wallets._run_in_chunks(
            lambda after: SQL("""SELECT id FROM voucher_wallet WHERE company_id = %s AND settled_number < %s AND id > %s
                              ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""", company.id, number, after, chunk),
            credit, after=crediting._get_reached(period))

    @api.model
    def _create_missing(self, company):
        """Make wallets for holders of points who have none; return how many.

        Whoever earns gets a wallet at once; none may be missing when the rounding is given back. Reads
        all positions.
        """
        self.env.flush_all()
        return len(self.env.execute_query(SQL(
            """INSERT INTO voucher_wallet
                   (partner_id, company_id, settled_number, earned, credited, debt,
                    balance_deduction, balance_shopping, held_deduction, held_shopping)
               SELECT DISTINCT p.partner_id, %(company)s, 0, 0, 0, 0, 0, 0, 0, 0
                 FROM green_points_position p JOIN green_points_cohort c ON c.id = p.cohort_id
                WHERE c.company_id = %(company)s AND NOT EXISTS (
                      SELECT FROM voucher_wallet w
                       WHERE w.partner_id = p.partner_id AND w.company_id = %(company)s)
               ON CONFLICT (partner_id, company_id) DO NOTHING RETURNING id""", company=company.id)))

    # -- reconciliation ----------------------------------------------------------------------

    @api.model
    def _get_subledger_outstanding(self, company):
        """Return what vouchers outstanding must hold by the sub-ledgers, in cents.

        What is left in the lots + what settlements released and no wallet was credited yet
        + the shopping vouchers of funded sales whose rewards are pending or held.
        """
        self.env.flush_all()
        decimals = company.currency_id.decimal_places
        [[cents]] = self.env.execute_query(SQL(
            """SELECT ((
                   COALESCE((SELECT SUM(l.remaining) FROM voucher_lot l
                              JOIN voucher_wallet w ON w.id = l.wallet_id
                             WHERE w.company_id = %(company)s AND l.remaining > 0), 0)
                 + COALESCE((SELECT SUM(released_amount - COALESCE(dust_amount, 0)) FROM settlement_period
                             WHERE company_id = %(company)s AND state = 'settled'), 0)
                 - COALESCE((SELECT SUM(amount) FROM voucher_entry
                             WHERE company_id = %(company)s AND kind = 'credit'), 0)
                 + COALESCE((SELECT SUM(s.alloc_shopping) FROM alliance_qualified_sale s
                              LEFT JOIN alliance_qualified_sale o ON o.id = s.origin_id
                             WHERE s.company_id = %(company)s AND s.state = 'funded'
                               AND COALESCE(o.reward_state, s.reward_state) IN ('pending', 'held')), 0)
               ) * power(10::numeric, %(decimals)s))::bigint""",
            company=company.id, decimals=decimals))
        return cents
