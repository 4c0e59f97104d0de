from decimal import Decimal

from odoo import fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from ..models.voucher_scope import SCENE_FIELDS
from ..tools.release import ceil_cents, get_sum


class VoucherCommon(TransactionCase):
    """Builders for wallets: points and releases put in by hand, so that figures can be chosen freely."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.maker = new_test_user(
            cls.env, "maker", groups="base.group_user,voucher_settlement.group_settlement_maker")
        cls.checker = new_test_user(
            cls.env, "checker", groups="base.group_user,voucher_settlement.group_settlement_checker")
        cls.merchant = cls._make_merchant("Teahouse")
        cls.store = cls.merchant.store_ids
        cls.mall = cls._make_merchant("Mall", scene="own_mall").store_ids
        cls.shopper = cls._make_partner("Shopper")
        cls.keys = iter(range(1, 1_000_000))

    def _read_chinese(self):
        """Let everything that follows be said in Chinese."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env = self.env(context={**self.env.context, "lang": "zh_CN"})

    # -- people, places, rules ---------------------------------------------------------------

    @classmethod
    def _make_partner(cls, name):
        return cls.env["res.partner"].create({"name": name})

    @classmethod
    def _make_merchant(cls, name, scene="alliance", own_vouchers=False, **vals):
        """Return an active merchant with one store, a signed contract at 10 % and a full deposit."""
        merchant = cls.env["alliance.merchant"].create({
            "name": name, "partner_id": cls._make_partner(name).id, "scene": scene, "state": "active",
            "company_id": cls.company.id,
            "store_ids": [fields.Command.create({"name": f"{name} Store", "scene": scene})], **vals})
        contract = cls.env["alliance.contract"].create({
            "merchant_id": merchant.id, "date_start": "2020-01-01",
            "line_ids": [fields.Command.create({"rate": 10.0, "own_vouchers": own_vouchers})]})
        contract._activate("Test")
        merchant._deposit("topup", 100_000_000, f"test,{merchant.id}", "Test")
        return merchant

    @classmethod
    def _use_policy(cls, **vals):
        """Put a policy with other rules in force; before the first cohort it holds from the start."""
        policy = cls.env["green.points.policy"].create({
            "name": "Test", "company_id": cls.company.id, **vals})
        policy._activate()
        return policy

    @classmethod
    def _make_scope(cls, *merchants, scenes=None, **vals):
        """Return a scope of these merchants (none: all), in ``scenes`` (codes; None: all)."""
        return cls.env["voucher.scope"].create({
            "name": "Scope", "company_id": cls.company.id,
            "merchant_ids": [fields.Command.link(merchant.id) for merchant in merchants],
            **{fname: scenes is None or code in scenes for code, fname in SCENE_FIELDS.items()}, **vals})

    # -- points and releases by hand ---------------------------------------------------------

    def _open_period(self):
        """Return the open period."""
        cohort = self.env["green.points.cohort"]._lock_open(self.company)
        return self.env["settlement.period"].search([("cohort_id", "=", cohort.id)])

    def _give_points(self, partner, base, kind="shopper", cohort=None):
        """Give ``partner`` points of base value ``base``; return their cohort."""
        cohort = cohort or self._open_period().cohort_id
        self._record(partner, kind, cohort, "earn", to_cents(float(base), self.currency))
        return cohort

    def _take_points(self, partner, base, cohort, kind="shopper"):
        """Take points back between the wallet's hooks, as a refund does; return the entries."""
        sales = self.env["alliance.qualified.sale"]
        sales._before_base_change(partner)
        entries = self._record(partner, kind, cohort, "refund", -to_cents(float(base), self.currency))
        sales._after_base_taken(entries)
        return entries

    def _record(self, partner, holder_kind, cohort, kind, cents):
        return self.env["green.points.entry"]._record([{
            "partner_id": partner.id, "holder_kind": holder_kind, "cohort_id": cohort.id, "kind": kind,
            "cents": cents, "qualified_sale_id": None, "idempotency_key": f"test,{next(self.keys)}"}])

    def _release(self, increments):
        """Settle the open period with chosen increments, past the books.

        :param dict increments: ``{cohort: "0.012"}``, for both kinds of holder
        """
        period = self._open_period()
        period.cohort_id._start_closing()
        period.cohort_id._freeze_totals()
        cohorts = self.env["green.points.cohort"].union(*increments)
        accumulated = cohorts._get_accumulated()
        lines = [
            period._prepare_index_vals(period._prepare_line(
                cohort, kind, base, Decimal(increment), Decimal(1), Decimal(increment),
                accumulated.get((cohort.id, kind), Decimal(0)) + Decimal(increment)))
            for cohort, increment in increments.items()
            for (_cohort, kind), base in cohort._get_bases().items()]
        self.env["settlement.index"].create(lines)
        cohorts.settled_number = period.number
        released = from_cents(ceil_cents(get_sum(
            (line["base"], line["increment"]) for line in lines) * 100), self.currency)
        period.write({
            "state": "settled", "maker_id": self.maker.id, "checker_id": self.checker.id,
            "pool_balance": released, "payable_amount": released, "released_amount": released,
            "move_id": self.env["account.move"].create({}).id})  # past the books: there is nothing left to book
        self.env.flush_all()
        period.cohort_id._open_next()
        return period

    # -- wallets -----------------------------------------------------------------------------

    def _wallet(self, partner=None):
        return self.env["voucher.wallet"]._get_or_create(partner or self.shopper, self.company)

    def _credit(self, partner=None):
        """Return the wallet of ``partner``, credited up to date."""
        wallet = self._wallet(partner)
        wallet._credit_up_to_date()
        return wallet

    def _earned(self, wallet):
        """Return what the wallet has earned, exactly."""
        wallet.flush_recordset()
        [[earned]] = self.env.execute_query(SQL(
            "SELECT earned::text FROM voucher_wallet WHERE id = %s", wallet.id))
        return Decimal(earned)

    def _give_vouchers(self, amount, kind="deduction", days=90, partner=None, scope=None):
        """Put a lot into a wallet through the wallet's own book-keeping."""
        wallet = self._wallet(partner)
        wallet._lock()
        today = fields.Date.today()
        key = f"test,{next(self.keys)}"
        lot = self.env["voucher.lot"].create({
            "wallet_id": wallet.id, "kind": kind, "amount": amount, "remaining": 0, "date": today,
            "expires_on": fields.Date.add(today, days=days), "idempotency_key": key,
            "scope_id": scope.id if scope else False})
        wallet._book([lot._prepare_entry("grant", to_cents(amount, self.currency), key)])
        return lot

    def _authorize(self, cents, store=None, key=None, **kwargs):
        return self._wallet()._authorize(cents, store or self.store, key or f"pay,{next(self.keys)}", **kwargs)

    def assertSound(self, *wallets):
        """Check the invariants that tie ledger, lots and wallets together."""
        for wallet in wallets or self.env["voucher.wallet"].search([]):
            wallet.invalidate_recordset()
            entries, lots = wallet.entry_ids, wallet.lot_ids
            self.assertEqual(
                sum(to_cents(e.amount, e.currency_id) for e in entries),
                to_cents(wallet.balance_deduction + wallet.balance_shopping, wallet.currency_id))
            self.assertEqual(
                sum(to_cents(e.debt_change, e.currency_id) for e in entries),
                to_cents(wallet.debt, wallet.currency_id))
            for kind in ("deduction", "shopping"):
                own = lots.filtered(lambda l, kind=kind: l.kind == kind)
                self.assertAlmostEqual(sum(own.mapped("remaining")), wallet[f"balance_{kind}"])
                self.assertAlmostEqual(sum(own.mapped("held")), wallet[f"held_{kind}"])
            for lot in lots:
                self.assertAlmostEqual(sum(lot.entry_ids.mapped("amount")), lot.remaining)
            earned = self._earned(wallet)
            self.assertEqual(int(earned * 100), to_cents(wallet.credited, wallet.currency_id))

    def _check_found(self, *links):
        """Everything is booked; then each of ``links`` (table, column that names the entry) alone, were it not."""
        posting = self.env["escrow.posting"].sudo()
        posting._post_unposted(self.company)
        self.assertFalse(posting._has_unposted(self.company))
        for table, column in links:
            with self.subTest(table=table, column=column), self.cr.savepoint() as savepoint:
                self.cr.execute("SET LOCAL session_replication_role = replica")  # nothing else notices
                self.cr.execute(SQL(
                    "UPDATE %(table)s SET %(column)s = NULL WHERE %(column)s IS NOT NULL",
                    table=SQL.identifier(table), column=SQL.identifier(column)))
                self.assertGreater(self.cr.rowcount, 0)
                self.assertTrue(posting._has_unposted(self.company))
                savepoint.rollback()
                self.cr.execute("SET LOCAL session_replication_role = origin")


class SettlementCommon(VoucherCommon):
    """Builders for whole periods: real sales, funded for real, settled by maker and checker."""

    def _sell(self, cash, shopper=None, store=None):
        """Return a funded sale of ``cash`` (units); at 10 % with the standard policy 1000 concedes 100."""
        sale = self._register(cash, shopper or self.shopper, store or self.store)
        self._fund(sale.merchant_id)
        return sale

    def _refund(self, sale, cash):
        """Return the refund of ``cash`` units of ``sale``, funded if the pool can pay it."""
        refund = self._register(-float(cash), sale.partner_id, sale.store_id, origin=sale)
        self._fund(sale.merchant_id)
        return refund

    def _register(self, cash, shopper, store, **vals):
        return self.env["alliance.qualified.sale"]._register_sales([{
            "idempotency_key": f"test,{next(self.keys)}", "partner": shopper, "store": store,
            "sale_datetime": fields.Datetime.now(), "cash_cents": to_cents(float(cash), self.currency), **vals}])

    def _fund(self, merchants):
        return self.env["alliance.funding"]._fund_pending(merchants)

    def _close(self):
        period = self._open_period()
        period.with_user(self.maker).action_close()
        return period

    def _compute(self, period=None):
        period = period or self._close()
        period.with_user(self.maker).action_compute()
        return period

    def _approve(self, period=None):
        period = self._compute(period)
        period.with_user(self.checker).action_approve()
        return period

    def _settle(self, period=None):
        """Close, compute, approve and settle the open period; return it."""
        period = self._approve(period)
        period.with_user(self.checker).action_settle()
        return period

    def _balance(self, role):
        """Return the balance of an escrow account in units, what is unposted posted first."""
        posting = self.env["escrow.posting"]
        posting._post_concessions_earned(self.company)
        posting._post_voucher_entries(self.company)
        return float(from_cents(posting._get_balance(role, self.company), self.currency))

    def assertReconciled(self):
        """The account vouchers outstanding holds exactly what the sub-ledgers say."""
        outstanding = self.env["voucher.wallet"]._get_subledger_outstanding(self.company)
        self.assertEqual(self._balance("vouchers_outstanding"), float(from_cents(outstanding, self.currency)))
        self.assertEqual(self.env["escrow.posting"]._check_subledger(self.company), [])
