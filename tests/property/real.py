"""The real platform behind the same methods as the model's, and what is compared of both."""

import itertools
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

from freezegun.api import real_time

from odoo import fields
from odoo.exceptions import UserError

ROLES = {"pool": "rebate_pool", "outstanding": "vouchers_outstanding", "redeemed": "redeemed_due",
         "reserve": "risk_reserve", "bank": "escrow_bank", "commission": "commission_payable"}


class Real:
    """Works on the records of a test case; everything is rolled back by :meth:`end`.

    :param case: a ``SettlementCommon`` test with ``people`` (name -> contact), ``merchants``, ``stores``,
        ``promoters``, ``phones``, ``analyst``, and freezegun's ``clock``
    :param datetime start: when it begins
    :param str prefix: of the idempotency keys
    """

    def __init__(self, case, start, prefix="machine"):
        self.case, self.env = case, case.env
        self.clock = case.clock
        self.clock.move_to(start)
        self.savepoint = self.env.cr.savepoint()
        self.keys = (f"{prefix},{number}" for number in itertools.count())

    def end(self, rollback=True):
        self.savepoint.close(rollback=rollback)
        self.env.invalidate_all(flush=False)
        # between examples it is now: Hypothesis looks at the clock to know when to stop making a failure smaller
        self.clock.move_to(datetime.fromtimestamp(real_time(), timezone.utc).replace(tzinfo=None))

    @property
    def today(self):
        return fields.Date.today()

    # -- sales -----------------------------------------------------------------------------

    def deposit(self, merchant, cents):
        self.case.merchants[merchant]._deposit("topup", cents, next(self.keys), "Test")

    def sell(self, shopper, merchant, cents, **vals):
        return self._register(cents, self.case.people[shopper], self.case.stores[merchant], **vals)

    def refund(self, sale, cents):
        return self._register(-cents, sale.partner_id, sale.store_id, origin=sale)

    def _register(self, cents, shopper, store, **vals):
        return self.env["alliance.qualified.sale"]._register_sales([{
            "idempotency_key": next(self.keys), "partner": shopper, "store": store,
            "sale_datetime": fields.Datetime.now(), "cash_cents": cents, **vals}])

    def fund(self, merchant, hold=False):
        limits = self.env["risk.policy"]._get_policy(self.case.company)
        normal = limits.shopper_cash_per_day
        limits.shopper_cash_per_day = 0.01 if hold else normal
        self.env["alliance.funding"]._fund_pending(self.case.merchants[merchant])
        limits.shopper_cash_per_day = normal

    def release_held(self, sale):
        sale.with_user(self.case.analyst).action_release_rewards("Looked at")

    def reject_held(self, sale):
        sale.with_user(self.case.analyst).action_reject_rewards("Looked at")

    # -- exchange --------------------------------------------------------------------------

    def exchange(self, shopper, merchant, base):
        """Return the booking of a service for ``base`` cents of points, or None when they are too few."""
        offer = self.env["green.points.offer"].create({
            "name": "Class", "store_id": self.case.stores[merchant].id, "points": base / 100,
            "date_from": "2020-01-01", "provide_days": 90, "cancel_days": 90})
        offer._publish()
        try:
            with self.env.cr.savepoint():
                return self.env["green.points.exchange"]._exchange(self.case.people[shopper], offer, next(self.keys))
        except UserError as error:
            if "active points" not in str(error):
                raise
            return None

    def give_points_back(self, booking):
        booking._cancel("merchant")

    def get_points_owed(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT partner_id, sum(amount - paid)::text FROM green_points_debt GROUP BY 1")
        names = self._names()
        return {names[partner]: int(Decimal(owed) * 100) for partner, owed in self.env.cr.fetchall() if Decimal(owed)}

    # -- promoters -------------------------------------------------------------------------

    def bind(self, shopper, promoter):
        """Return whether it was possible."""
        try:
            self.env["alliance.promoter.binding"]._bind(
                self.case.people[shopper], self.case.promoters[promoter], "registration")
        except UserError as error:
            if not any(words in str(error) for words in ("same household", "belongs to a promoter", "bought here")):
                raise
            return False
        return True

    def share_phone(self, shopper, household):
        self.case.people[shopper].phone = self.case.phones[household]

    def earn(self):
        self.env["promoter.commission"]._earn_due(self.case.company)

    def pay_promoters(self, payments):
        """Pay what is payable; return the payments' keys, in the order of ``payments``."""
        commissions = self.env["promoter.commission"]
        payable = commissions._get_payable_cents(self.case.company)
        assert {self._get_promoter(promoter): cents for promoter, cents in payable.items()} == payments
        keys = []
        for name, cents in payments.items():
            keys.append(next(self.keys))
            commissions._mark_paid(self.case.promoters[name], cents, keys[-1])
        return keys

    def fail_payment(self, key):
        self.env["promoter.commission"]._unmark_paid(key)

    def _get_promoter(self, promoter):
        return next(name for name, known in self.case.promoters.items() if known == promoter)

    def get_commissions(self):
        """Return ``{promoter's name: (payable, paid)}`` in cents, where they are not both 0."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT promoter_id, SUM(amount)::text,
                   (-COALESCE(SUM(amount) FILTER (WHERE kind IN ('payout', 'payout_undo')), 0))::text
              FROM promoter_commission GROUP BY promoter_id""")
        names = {promoter.id: name for name, promoter in self.case.promoters.items()}
        found = {names[promoter]: tuple(int(Decimal(amount) * 100) for amount in amounts)
                 for promoter, *amounts in self.env.cr.fetchall()}
        return {name: amounts for name, amounts in found.items() if any(amounts)}

    # -- settlement ------------------------------------------------------------------------

    def settle(self):
        self.case._settle()

    def credit_all(self):
        self.env["voucher.wallet"]._cron_credit()

    # -- spending --------------------------------------------------------------------------

    def wallet(self, name):
        return self.env["voucher.wallet"].search([("partner_id", "=", self.case.people[name].id)])

    def credit(self, name):
        """What opening a wallet does."""
        self.wallet(name)._credit_up_to_date()

    def authorize(self, shopper, store, cents):
        """Return the hold, or None when vouchers fall short."""
        try:
            return self.wallet(shopper)._authorize(cents, self.case.stores[store], next(self.keys))
        except UserError as error:
            if "can be spent at" not in str(error):
                raise
            return None

    def capture(self, hold):
        hold._capture()

    def release(self, hold):
        hold._release()

    def restore(self, hold, cents):
        hold._restore(cents, next(self.keys))

    def pass_days(self, days):
        self.clock.tick(timedelta(days=days))
        self.env["voucher.hold"].sudo()._cron_release_timeouts()
        self.env["voucher.lot"]._cron_expire()

    # -- looking ---------------------------------------------------------------------------

    def get_wallets(self):
        """Return ``{name: figures}`` of every wallet there is, in cents."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT partner_id, settled_number, earned::text, credited::text, debt::text, balance_deduction::text,
                   balance_shopping::text, (held_deduction + held_shopping)::text
              FROM voucher_wallet WHERE partner_id IN %s""", [self._ids()])
        names = self._names()
        return {names[partner]: (seen, *(Fraction(Decimal(amount)) * 100 for amount in amounts))
                for partner, seen, *amounts in self.env.cr.fetchall()}

    def get_lots(self):
        """Return ``{name: [(kind, last day, left, held)]}`` of what is left of vouchers, in cents."""
        self.env.cr.execute("""
            SELECT partner_id, kind, expires_on, remaining::text, held::text FROM voucher_lot
             WHERE partner_id IN %s AND remaining > 0""", [self._ids()])
        lots = {}
        for partner, kind, day, *amounts in self.env.cr.fetchall():
            lots.setdefault(self._names()[partner], []).append(
                (kind, day, *(int(Decimal(amount) * 100) for amount in amounts)))
        return {name: sorted(own) for name, own in lots.items()}

    def get_points(self):
        self.env.cr.execute("""
            SELECT p.partner_id, c.number, sum(p.base)::text FROM green_points_position p
              JOIN green_points_cohort c ON c.id = p.cohort_id
             WHERE p.partner_id IN %s AND p.base <> 0 GROUP BY 1, 2""", [self._ids()])
        names = self._names()
        return {(names[partner], number): int(Decimal(base) * 100)
                for partner, number, base in self.env.cr.fetchall()}

    def get_states(self, sales):
        self.env["alliance.qualified.sale"].flush_model()
        self.env.cr.execute("SELECT id, state, reward_state FROM alliance_qualified_sale WHERE id IN %s",
                            [tuple(sale.id for sale in sales) or (0,)])
        return {sale: (state, reward) for sale, state, reward in self.env.cr.fetchall()}

    def get_increments(self):
        """Return ``{(period, cohort): increment}``, the same for both kinds of holder."""
        self.env.cr.execute("""
            SELECT i.period_number, c.number, array_agg(DISTINCT i.increment::text) FROM settlement_index i
              JOIN green_points_cohort c ON c.id = i.cohort_id WHERE c.company_id = %s GROUP BY 1, 2""",
                            [self.case.company.id])
        rows = self.env.cr.fetchall()
        assert all(len(increments) == 1 for _period, _cohort, increments in rows)
        return {(period, cohort): Fraction(Decimal(increment)) for period, cohort, [increment] in rows}

    def _names(self):
        return {partner.id: name for name, partner in self.case.people.items()}

    def _ids(self):
        return tuple(self._names())

    def get_books(self):
        """Return the balances of the escrow's accounts, everything booked, in cents."""
        posting = self.env["escrow.posting"]
        posting._post_unposted(self.case.company)
        return {name: posting._get_balance(role, self.case.company) for name, role in ROLES.items()}
