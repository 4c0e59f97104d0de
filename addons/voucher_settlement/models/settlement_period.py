from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from ..tools.insert import insert_rows
from ..tools.release import ceil_cents

MAKER = "voucher_settlement.group_settlement_maker"
CHECKER = "voucher_settlement.group_settlement_checker"
JOB_AFTER = "voucher_settlement.ir_cron_escrow_post"
OF_COMPANY = (
    "currency_id", "partner_id", "parent_path", "escrow_journal_id", "escrow_reconcile", "merchant_deposit_account_id",
    "commission_payable_account_id")
KEPT_ON_SETTLE = ("step", "coverage", "increment", "accumulated")

STATES = [
    ("open", "Open"), ("closing", "Closing"), ("computed", "Computed"), ("approved", "Approved"),
    ("settled", "Settled")]


class SettlementPeriod(models.Model):
    """One settlement interval: takes money in, releases vouchers at its end."""

    _name = "settlement.period"
    _description = "Settlement Period"
    _inherit = ["alliance.maker.checker"]
    _order = "number desc"

    name = fields.Char(compute="_compute_name")
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, ondelete="restrict",
        help="The points that became active in this period.")
    date_start = fields.Datetime(related="cohort_id.date_start", store=True)
    date_end = fields.Datetime(related="cohort_id.date_end", store=True)
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, index=True)
    pool_balance = fields.Monetary(readonly=True, help="Rebate pool when computed.")
    fenced_amount = fields.Monetary(
        string="Kept for Later Cohorts", readonly=True,
        help="Part of the pool that belongs to ring-fenced cohorts not released for in this period.")
    payable_amount = fields.Monetary(
        string="Payable (P)", readonly=True, help="P: what the pool may pay in this period.")
    due_amount = fields.Monetary(
        string="Due (D)", readonly=True, help="D: what all cohorts could release, rounded up to the cent.")
    coverage = fields.Float(
        digits=(16, 12), readonly=True, aggregator="avg", help="k = min(1, P / D), rounded down.")
    coverage_percent = fields.Float(
        string="Coverage (%)", compute="_compute_coverage_percent", digits=(5, 2))
    proposed_amount = fields.Monetary(
        string="To Release", readonly=True, help="What settling would move from the pool to vouchers.")
    released_amount = fields.Monetary(
        string="Released", readonly=True, help="Moved from the pool to vouchers outstanding.")
    dust_amount = fields.Monetary(
        string="Rounding Returned", readonly=True,
        help="Reserve that no wallet can claim because of rounding; went back to the pool.")
    dust_returned = fields.Boolean(
        string="All Wallets Credited", readonly=True, copy=False,
        help="Every wallet was credited up to this period and the rounding went back to the pool.")
    # tracking one step would cost more than the step: step_ids says who, and when
    maker_id = fields.Many2one(tracking=False)
    checker_id = fields.Many2one(tracking=False)
    step_ids = fields.One2many("settlement.step", "period_id", string="Steps")
    settled_at = fields.Datetime(readonly=True)
    proposal_ids = fields.One2many("settlement.proposal", "period_id", string="Dry Run")
    index_ids = fields.One2many("settlement.index", "period_id", string="Releases")
    move_id = fields.Many2one("account.move", string="Settlement Entry", readonly=True, index="btree_not_null")
    dust_move_id = fields.Many2one("account.move", string="Rounding Entry", readonly=True, index="btree_not_null")

    _number_uniq = models.Constraint(
        "UNIQUE (company_id, number)", "A period's number is used once.")
    _one_open = models.UniqueIndex("(company_id) WHERE state = 'open'", "Only one period can be open.")
    _one_in_settlement = models.UniqueIndex(
        "(company_id) WHERE state IN ('closing', 'computed', 'approved')",
        "A period can only be closed when the one before it is settled.")
    _never_more_than_pool = models.Constraint(
        "CHECK (released_amount >= 0 AND released_amount <= payable_amount"
        " AND payable_amount <= pool_balance)",
        "Vouchers released can never exceed the pool.")
    _dust_within_release = models.Constraint("CHECK (dust_amount >= 0)", "Rounding only returns to the pool.")
    _settled_was_checked = models.Constraint(
        "CHECK (state NOT IN ('approved', 'settled') OR (maker_id IS NOT NULL AND checker_id IS NOT NULL))",
        "A settlement needs a maker and a checker.")

    @api.depends("number")
    def _compute_name(self):
        for period in self:
            period.name = self.env._("Period %s", period.number)

    @api.depends("name")
    def _compute_display_name(self):
        for period in self:
            period.display_name = period.name

    @api.depends("coverage")
    def _compute_coverage_percent(self):
        for period in self:
            period.coverage_percent = period.coverage * 100

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Settlement periods are never deleted."))

    # -- maker and checker -------------------------------------------------------------------

    def action_close(self):
        """Cut off: no more points join this period's cohort; the next one is open (maker)."""
        period = self._start_step(MAKER, "open")
        if period._get_unsettled():
            raise UserError(self.env._(
                "%(last)s is closed but not settled yet. Settle it before closing %(period)s.",
                last=period._get_unsettled().name, period=period.name))
        period.cohort_id._start_closing()
        period._write_step("closing", maker_id=self.env.uid)
        period.cohort_id._open_next()

    def action_compute(self):
        """Freeze the cohort, reconcile, and work out what settling would release (maker)."""
        period = self._start_step(MAKER, "closing")
        if period.cohort_id.state == "closing":
            period.cohort_id._freeze_totals()
        pool, kept, currency = period._check_books(), period._get_kept_cents(), period.currency_id
        figures = period._prepare_figures(period._get_maturing_cohorts(), pool, kept)
        period.proposal_ids.unlink()
        # sudo: nobody edits proposals by hand
        insert_rows(self.env["settlement.proposal"].sudo(), [
            period._prepare_proposal_vals(line) for line in figures["lines"]])
        period.invalidate_recordset(["proposal_ids"])
        period._write_step(
            "computed", maker_id=self.env.uid, checker_id=False,
            pool_balance=from_cents(pool, currency), fenced_amount=from_cents(kept, currency),
            payable_amount=from_cents(figures["payable"], currency),
            proposed_amount=from_cents(figures["reserved"], currency),
            due_amount=from_cents(ceil_cents(figures["due"]), currency), coverage=figures["coverage"])

    def action_approve(self):
        """Agree to the figures; not by whoever computed them (checker)."""
        period = self._start_step(CHECKER, "computed")
        period._check_second_person()
        period._write_step("approved", checker_id=self.env.uid)

    def action_settle(self):
        """Release what was approved, if nothing differs from it, and the books still agree (maker or checker)."""
        period = self._start_step((MAKER, CHECKER), "approved")
        self.env["escrow.posting"].sudo()._serialize_pool(period.company_id)
        pool, cohorts = period._check_books(), period._lock_cohorts()
        figures = period._prepare_figures(
            cohorts, to_cents(period.pool_balance, period.currency_id),
            to_cents(period.fenced_amount, period.currency_id))
        period._check_as_approved(figures, pool)
        # sudo: insert-only, and only from here
        insert_rows(self.env["settlement.index"].sudo(), [
            period._prepare_index_vals(line) for line in figures["lines"]])
        period.invalidate_recordset(["index_ids"])
        period._mark_cohorts(cohorts)
        period._write_step(
            "settled", settled_at=fields.Datetime.now(),
            released_amount=from_cents(figures["reserved"], period.currency_id))
        self.env["voucher.wallet"].invalidate_model(["uncredited"])
        self.env.ref(JOB_AFTER)._trigger()

    def action_reset(self):
        """Take a computed or approved settlement back, to be computed again (maker or checker)."""
        period = self._start_step((MAKER, CHECKER), "computed", "approved")
        period.proposal_ids.unlink()
        period._write_step("closing", checker_id=False)

    def _start_step(self, groups, *states):
        period = super()._start_step(groups, *states).ensure_one()
        period.company_id.fetch(OF_COMPANY)  # not its hundred other fields
        return period

    def _write_step(self, state, **vals):
        super()._write_step(state=state, **vals)
        self.env["settlement.step"].create({
            "period_id": self.id, "state": state, "user_id": self.env.uid, "date": fields.Datetime.now()})

    def _get_unsettled(self):
        """Return the period of this company that is closed but not settled."""
        return self.search([
            ("company_id", "=", self.company_id.id), ("state", "in", ("closing", "computed", "approved"))])

    # -- checks ------------------------------------------------------------------------------

    def _check_books(self):
        """Post what is unposted; the sub-ledgers' totals must then equal the general ledger.

        The records behind the totals are read by a job every day, and on demand (Sub-ledger Check).

        :return: what the rebate pool holds, in cents
        :raise UserError: naming every difference
        """
        posting = self.env["escrow.posting"].sudo()
        posting._post_unposted(self.company_id)
        balances = posting._get_compared_balances(self.company_id)
        if differences := posting._check_totals(self.company_id, balances):
            raise UserError(self.env._(
                "Sub-ledgers and general ledger differ; settlement stops until this is cleared:\n%s",
                "\n".join(self._format_difference(difference) for difference in differences)))
        return balances["rebate_pool"][1]

    def _format_difference(self, difference):
        """Return one difference of ``escrow.posting`` as a line of text."""
        def amount(name):
            return self.currency_id.format(float(from_cents(difference[name], self.currency_id)))

        return self.env._(
            "%(account)s: general ledger %(ledger)s, sub-ledger %(subledger)s, difference %(difference)s. %(hint)s",
            account=difference["account"], ledger=amount("ledger_cents"),
            subledger=amount("subledger_cents"), difference=amount("difference_cents"),
            hint=difference["hint"])

    def _announce_differences(self, differences):
        """Write to the company's makers and checkers what the daily check found (``escrow.posting._cron_check``)."""
        self.message_post(
            subject=self.env._("Sub-ledgers and general ledger differ"),
            body=Markup("<br/>").join(
                [self.env._("The daily check found differences:"), *map(self._format_difference, differences)]),
            partner_ids=self.company_id._get_people(MAKER, CHECKER).partner_id.ids, subtype_xmlid="mail.mt_comment")

    def _lock_cohorts(self):
        """Lock the cohorts that take part, and return them: their bases cannot change before the commit."""
        cohorts = self.env["green.points.cohort"]
        self.env.flush_all()
        older = cohorts._search(self._get_maturing_domain(self.number - 1), order="id")
        self.env.execute_query(SQL("%s FOR UPDATE", older.select()))
        cohorts.invalidate_model()
        return self._get_maturing_cohorts()

    def _check_as_approved(self, figures, pool_cents):
        """Raise unless ``figures`` are what the checker agreed to, and ``pool_cents`` no less than then."""
        changes = []
        if pool_cents < to_cents(self.pool_balance, self.currency_id):
            changes.append(self.env._(
                "rebate pool: %(old)s became %(new)s", old=self.pool_balance,
                new=from_cents(pool_cents, self.currency_id)))
        proposals = self.env["settlement.proposal"].search_fetch(
            [("period_id", "=", self.id)], ["cohort_number", "holder_kind", "base", *KEPT_ON_SETTLE])
        approved = {(line.cohort_number, line.holder_kind): line for line in proposals}
        fnames = proposals._fields
        kinds = dict(fnames["holder_kind"]._description_selection(self.env))
        for line in figures["lines"]:
            old = approved.pop((line["cohort_number"], line["holder_kind"]), None)
            where = self.env._(
                "cohort %(number)s, %(kind)s", number=line["cohort_number"], kind=kinds[line["holder_kind"]])
            if old is None:
                changes.append(self.env._("%s: not in what was approved", where))
                continue
            changes += [
                self.env._("%(where)s, %(field)s: %(old)s became %(new)s", where=where,
                           field=fnames[name]._description_string(self.env),
                           old=f"{old[name]:.12f}", new=f"{line[name]:.12f}")
                for name in KEPT_ON_SETTLE if f"{old[name]:.12f}" != f"{line[name]:.12f}"]
        changes += self._get_changed_bases(proposals, figures["lines"])
        changes += [
            self.env._("cohort %(number)s, %(kind)s: no longer takes part",
                       number=line.cohort_number, kind=kinds[line.holder_kind]) for line in approved.values()]
        if to_cents(self.proposed_amount, self.currency_id) != figures["reserved"]:
            changes.append(self.env._(
                "to release: %(old)s became %(new)s", old=self.proposed_amount,
                new=from_cents(figures["reserved"], self.currency_id)))
        if changes:
            raise UserError(self.env._(
                "%(period)s differs from what was approved. Reset and compute it again:\n%(changes)s",
                period=self.name, changes="\n".join(changes)))

    def _get_changed_bases(self, proposals, lines):
        """Return a line of text for each cohort whose base is not what was approved.

        Points that pass from shoppers to merchants meanwhile change neither what is due nor what is released.
        """
        before, now = defaultdict(int), defaultdict(int)
        for line in proposals:
            before[line.cohort_number] += to_cents(line.base, self.currency_id)
        for line in lines:
            now[line["cohort_number"]] += to_cents(line["base"], self.currency_id)
        return [
            self.env._("cohort %(number)s, base: %(old)s became %(new)s", number=number,
                       old=from_cents(before[number], self.currency_id), new=from_cents(now[number], self.currency_id))
            for number in before if number in now and before[number] != now[number]]

    # -- effects -------------------------------------------------------------------------------

    def _mark_cohorts(self, cohorts):
        """Note on each cohort that this period released for it; the oldest ones are matured."""
        matured = cohorts.filtered(lambda c: self.number - c.number >= c.policy_id.period_count)
        # past the cache, which would write a list of all of them
        self.env.execute_query(SQL(
            "UPDATE green_points_cohort SET settled_number = %s,"
            " state = CASE WHEN id IN %s THEN 'matured' ELSE state END WHERE id IN %s RETURNING id",
            self.number, tuple(matured.ids) or (0,), tuple(cohorts.ids) or (0,)))
        cohorts.invalidate_recordset(["settled_number", "state"])
