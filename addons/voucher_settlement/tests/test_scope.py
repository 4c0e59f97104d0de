from psycopg2.errors import CheckViolation, RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SettlementCommon, VoucherCommon


@tagged("post_install", "-at_install")
class TestScopeSpending(VoucherCommon):
    """A voucher spends where its scope says, and never where its kind does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls._make_merchant("Bakery")
        cls.brand = cls._make_merchant("Brand", scene="brand_mall")
        cls.places = {
            "teahouse": cls.store, "bakery": cls.bakery.store_ids, "mall": cls.mall, "brand": cls.brand.store_ids}

    def _where(self, lot):
        """Return the names of the places where ``lot`` spends, as the wallet sees it."""
        return {name for name, store in self.places.items() if lot in [
            found for found, _cents in self._wallet()._get_spendable_lots(store)]}

    def test_by_merchant_scene_and_store(self):
        second = self.env["alliance.store"].create({"name": "Second", "merchant_id": self.merchant.id})
        self.places = {**self.places, "second": second}
        for expected, scope in (
                ({"bakery", "mall"}, self._make_scope(self.bakery, self.mall.merchant_id)),
                ({"teahouse", "bakery", "second"}, self._make_scope(scenes=["alliance"])),
                ({"brand"}, self._make_scope(self.bakery, self.brand, scenes=["brand_mall"])),
                ({"teahouse", "second"}, self._make_scope(self.merchant)),
                ({"second"}, self._make_scope(self.merchant, store_ids=second.ids)),
                (set(self.places), None)):
            with self.subTest(expected=expected):
                lot = self._give_vouchers(5, scope=scope)
                self.assertEqual(self._where(lot), expected)

    def test_the_kind_is_the_upper_bound(self):
        everywhere = self._make_scope()
        self.assertEqual(self._where(self._give_vouchers(5, kind="shopping", scope=everywhere)), {"mall", "brand"})
        one = self._make_scope(self.bakery, self.brand)
        self.assertEqual(self._where(self._give_vouchers(5, kind="shopping", scope=one)), {"brand"})

    def test_archiving_never_widens(self):
        """What is archived still says where: an archived merchant does not make a scope of every merchant."""
        scope = self._make_scope(self.bakery)
        lot = self._give_vouchers(5, scope=scope)
        scope.action_archive()
        self.assertEqual(self._where(lot), {"bakery"})
        self.bakery._deposit("withdrawal", -100_000_000, "test,back", "Test")
        self.bakery.action_close()
        self.bakery.action_archive()
        self.assertEqual(self._where(lot), {"bakery"})
        self.env.invalidate_all()
        self.assertEqual(scope.where, "only at Bakery")

    @mute_logger("odoo.sql_db")
    def test_deleting_never_widens(self):
        store = self.env["alliance.store"].create({"name": "Second", "merchant_id": self.merchant.id})
        self._make_scope(store_ids=store.ids)
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            store.unlink()

    def test_taken_only_where_it_spends(self):
        lot = self._give_vouchers(5, scope=self._make_scope(self.bakery))
        free = self._give_vouchers(2)
        self.assertEqual(self._wallet()._get_spendable(self.store), 200)
        refusal = r"2.00 can be spent at Teahouse Store.*elsewhere: .*5.00 only at Bakery"
        with self.assertRaisesRegex(UserError, refusal):
            self._authorize(300)
        self.assertEqual((lot.held, free.held), (0.0, 0.0))
        self._authorize(700, store=self.bakery.store_ids)._capture()
        self.assertEqual((lot.remaining, free.remaining), (0.0, 0.0))

    def test_refusal_says_how_much_elsewhere(self):
        self._give_vouchers(5, kind="shopping")
        self._give_vouchers(3, scope=self._make_scope(self.bakery))
        self._give_vouchers(4, scope=self._make_scope(self.bakery), days=9)
        text = self._wallet()._get_elsewhere(self.store)
        self.assertRegex(text, r"5.00 in the malls and .*7.00 only at Bakery")
        self.assertNotIn("5.00", self._wallet()._get_elsewhere(self.mall))
        self.assertEqual(self._wallet()._get_elsewhere(self.bakery.store_ids),
                         f"Other vouchers spend elsewhere: {self.currency.format(5)} in the malls.")
        self.assertEqual(self._wallet()._get_elsewhere(self.mall | self.bakery.store_ids), "")

    def test_order_of_spending(self):
        """Shopping first, then what expires first; of those that expire on one day the narrower scope."""
        everywhere = self._give_vouchers(1, days=30)
        scene = self._give_vouchers(1, days=30, scope=self._make_scope(scenes=["own_mall", "alliance"]))
        two = self._give_vouchers(1, days=30, scope=self._make_scope(self.mall.merchant_id, self.bakery))
        one = self._give_vouchers(1, days=30, scope=self._make_scope(self.mall.merchant_id))
        store = self._give_vouchers(1, days=30, scope=self._make_scope(store_ids=self.mall.ids))
        early = self._give_vouchers(1, days=29)
        narrow_but_late = self._give_vouchers(1, days=31, scope=self._make_scope(store_ids=self.mall.ids))
        shopping = self._give_vouchers(1, days=99, kind="shopping")
        order = [lot for lot, _cents in self._wallet()._get_spendable_lots(self.mall)]
        self.assertEqual(order, [shopping, early, store, one, two, scene, everywhere, narrow_but_late])

    def test_a_refund_gives_back_the_same_lot_with_its_scope(self):
        scope = self._make_scope(self.bakery)
        lot = self._give_vouchers(5, scope=scope, days=3)
        hold = self._authorize(500, store=self.bakery.store_ids)._capture()
        hold._restore(500, "refund,scope")
        self.assertEqual((lot.remaining, lot.scope_id), (5.0, scope))
        self.assertEqual(lot.expires_on, fields.Date.add(fields.Date.today(), days=7))
        self.assertEqual(self._where(lot), {"bakery"})

    def test_two_more_queries_whatever_the_scopes(self):
        """One for the scopes, one for which of them reaches the store; none without scopes."""
        self._give_vouchers(1)
        wallet = self._wallet()

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wallet._get_spendable_lots(self.store)
            return self.env.cr.sql_log_count - before

        plain = count()
        for _number in range(3):
            self._give_vouchers(1, scope=self._make_scope(self.merchant, self.bakery, self.brand))
        self.assertLessEqual(count() - plain, 2)

    def test_short_texts(self):
        shop = self._make_merchant
        scope = self._make_scope(*(shop(name) for name in "ABCDE"))
        self.assertEqual(scope.where, "only at A, B, C, and 2 more")
        self.assertEqual(self._make_scope(scenes=["alliance"]).where, "in: Alliance")
        self.assertEqual(self._make_scope(self.brand, scenes=["brand_mall"]).where, "only at Brand (Brand Mall)")
        self.assertEqual(self._make_scope().where, "at every store")
        self.assertEqual(self._make_scope()._get_where("shopping"), "in the malls")


@tagged("post_install", "-at_install")
class TestScopeTerms(SettlementCommon):
    """Where a voucher spends is said when it is given, by the policy or the merchant's contract, and stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bakery = cls._make_merchant("Bakery")
        cls.scope = cls._make_scope(cls.merchant, cls.mall.merchant_id)
        cls.operator = new_test_user(cls.env, "scope_operator", groups="merchant_alliance.group_operator")

    def _policy(self, **vals):
        return self.env["green.points.policy"].create({"name": "Scoped", "company_id": self.company.id, **vals})

    def test_vouchers_get_the_scopes_of_their_policy(self):
        self._use_policy(deduction_scope_id=self.scope.id, shopping_scope_id=self.scope.id)
        sale = self._sell(1000)
        self._settle()
        self._settle()
        lots = self._credit().lot_ids
        self.assertEqual(set(lots.mapped("kind")), {"deduction", "shopping"})
        self.assertEqual(lots.scope_id, self.scope)
        self.assertEqual(sale.voucher_lot_ids.scope_id, self.scope)
        self.assertFalse(self._wallet()._get_spendable(self.bakery.store_ids))
        self.assertTrue(self._wallet()._get_spendable(self.store))
        self.assertReconciled()

    def test_older_vouchers_keep_theirs(self):
        first = self._sell(1000)
        self._use_policy(shopping_scope_id=self.scope.id, deduction_scope_id=self.scope.id)
        self._settle()  # the first period's policy named none, nor does what is released at its end
        self._settle()
        self._sell(1000)
        wallet = self._credit()
        self.assertFalse(first.voucher_lot_ids.scope_id)
        by_period = {lot.period_id.number: lot.scope_id for lot in wallet.lot_ids if lot.kind == "deduction"}
        self.assertEqual(by_period, {2: self.scope})

    def test_default_is_what_the_kind_says(self):
        self._sell(1000)
        lot = self._wallet().lot_ids
        self.assertFalse(lot.scope_id)
        self.assertEqual(self._wallet()._get_spendable(self.mall), 1000)
        self.assertEqual(self._wallet()._get_spendable(self.store), 0)

    def test_frozen_once_in_force(self):
        policy = self._policy(deduction_scope_id=self.scope.id)
        self.scope.merchant_ids = [fields.Command.link(self.bakery.id)]  # a draft's may change
        policy._activate()
        for vals in ({"merchant_ids": [fields.Command.clear()]}, {"in_alliance": False},
                     {"store_ids": [fields.Command.link(self.mall.id)]}, {"company_id": False}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "in use"):
                self.scope.sudo().write(vals)
        with self.assertRaisesRegex(UserError, "archive it"):
            self.scope.unlink()
        self.scope.with_user(self.operator).write({"name": "Other Words"})
        self.scope.with_user(self.operator).action_archive()
        copy = self.scope.with_user(self.operator).copy()
        copy.write({"in_alliance": False, "active": True})
        self.assertEqual(copy.merchant_ids, self.scope.merchant_ids)
        self.assertFalse(copy.is_used)
        self._policy(deduction_scope_id=copy.id)._activate()
        with self.assertRaisesRegex(UserError, "in use"):
            self.scope.sudo().write({"in_supermarket": False})  # superseded: its vouchers are still there

    def test_frozen_with_the_policy(self):
        policy = self._use_policy(deduction_scope_id=self.scope.id)
        self._sell(1000)
        for fname in ("deduction_scope_id", "shopping_scope_id"):
            with self.assertRaisesRegex(UserError, "in force"):
                policy.sudo().write({fname: False})
        version = self.env["green.points.policy"].browse(policy.action_new_version()["res_id"])
        self.assertEqual(version.deduction_scope_id, self.scope)
        version.shopping_scope_id = self.scope

    def test_what_nobody_could_spend_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "leaves out both malls"):
            self._policy(shopping_scope_id=self._make_scope(scenes=["alliance"]).id)
        with self.assertRaisesRegex(ValidationError, "none of the merchants"):
            self._policy(shopping_scope_id=self._make_scope(self.bakery).id)
        self._policy(deduction_scope_id=self._make_scope(self.bakery).id)
        with self.assertRaisesRegex(ValidationError, "at least one scene"):
            self._make_scope(scenes=["alliance"]).in_alliance = False

    @mute_logger("odoo.sql_db")
    def test_some_scene_by_the_database(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._make_scope(scenes=[])

    def test_stores_within_merchants_and_companies(self):
        with self.assertRaisesRegex(ValidationError, "outside the scenes or merchants"):
            self._make_scope(self.bakery, store_ids=self.store.ids)
        with self.assertRaisesRegex(ValidationError, "outside the scenes or merchants"):
            self._make_scope(scenes=["own_mall"], store_ids=self.store.ids)
        foreign = self.env["res.company"].create({"name": "Foreign"})
        theirs = self.env["voucher.scope"].create({"name": "Theirs", "company_id": foreign.id})
        with self.assertRaisesRegex(UserError, "compan"):
            self._policy(deduction_scope_id=theirs.id)
        with self.assertRaisesRegex(UserError, "compan"):
            theirs.merchant_ids = self.bakery
        self.assertFalse(self.env["voucher.scope"].with_user(self.operator).search([("id", "=", theirs.id)]))

    def test_side_by_side(self):
        policies = self._policy() + self._policy(name="Other", deduction_scope_id=self.scope.id)
        comparison = self.env["green.points.policy.comparison"].create({"policy_ids": policies.ids})
        self.assertIn("Deduction Vouchers Spend", comparison.table)
        self.assertIn("Scope", comparison.table)
        self.assertNotIn("Shopping Vouchers Spend", comparison.table)

    def test_wrong_users(self):
        portal = new_test_user(self.env, "scope_portal", groups="base.group_portal")
        cashier = new_test_user(self.env, "scope_cashier", groups="point_of_sale.group_pos_user")
        for user, reads in ((portal, False), (cashier, False), (self.maker, True), (self.checker, True)):
            scope = self.scope.with_user(user)
            self.assertEqual(scope.has_access("read"), reads, user.login)
            for call in (lambda scope=scope: scope.write({"name": "Mine"}), scope.unlink, scope.copy,
                         scope.action_archive):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    call()

    # -- own-store vouchers ------------------------------------------------------------------

    def test_own_store_vouchers_come_back_to_their_merchant(self):
        brand = self._make_merchant("Brand", scene="brand_mall", own_vouchers=True)
        self._use_policy(shopping_scope_id=self._make_scope(scenes=["own_mall", "brand_mall"]).id)
        own = self._sell(1000, store=brand.store_ids)
        other = self._sell(100, store=self.mall)
        scope = own.voucher_lot_ids.scope_id
        self.assertEqual((scope.own_merchant_id, scope.merchant_ids), (brand, brand))
        self.assertNotEqual(other.voucher_lot_ids.scope_id, scope)
        wallet = self._wallet()
        self.assertEqual(wallet._get_spendable(brand.store_ids), 1100)
        self.assertEqual(wallet._get_spendable(self.mall), 100)
        self.assertEqual(scope._get_where("shopping"), "only at Brand")
        again = self._sell(1000, store=brand.store_ids)
        self.assertEqual(again.voucher_lot_ids.scope_id, scope, "one for each merchant")
        with self.assertRaisesRegex(UserError, "in use"):
            scope.in_alliance = True

    def test_own_store_vouchers_mean_nothing_outside_the_malls(self):
        """Kept to a merchant in whose stores they never spend, they would be worth nothing."""
        shop = self._make_merchant("Shop", own_vouchers=True)
        self._sell(1000, store=shop.store_ids)
        self.assertEqual(self._wallet()._get_spendable(self.mall), 1000)
        with self.assertRaisesRegex(ValidationError, "two malls only"):
            self.env["alliance.contract"].create({
                "merchant_id": shop.id, "date_start": "2050-01-01",
                "line_ids": [fields.Command.create({"rate": 9.0, "scene": "alliance", "own_vouchers": True})]})

    def test_the_contract_says_so_and_is_frozen(self):
        brand = self._make_merchant("Brand", scene="brand_mall", own_vouchers=True)
        line = brand.contract_ids.line_ids
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            line.sudo().own_vouchers = False
        html = self.env["ir.qweb"]._render("merchant_alliance.contract_terms", {"contract": brand.contract_ids})
        self.assertIn("Own-store vouchers", html)
        html = self.env["ir.qweb"]._render("merchant_alliance.contract_terms", {"contract": self.merchant.contract_ids})
        self.assertNotIn("Own-store vouchers", html)


@tagged("post_install", "-at_install")
class TestNotPassedOn(VoucherCommon):
    """Gifts are switched off: whoever asks, a voucher stays with its holder."""

    def test_every_way_is_refused(self):
        friend = self._make_partner("Friend")
        lot, theirs = self._give_vouchers(5), self._wallet(friend)
        wallet = self._wallet()
        users = [
            new_test_user(self.env, "gift_portal", groups="base.group_portal"), self.maker, self.checker,
            new_test_user(self.env, "gift_operator", groups="merchant_alliance.group_operator"),
            new_test_user(self.env, "gift_admin", groups="base.group_system")]
        users[0].partner_id = self.shopper
        for user in users:
            with self.subTest(user=user.login):
                for record, vals in ((lot, {"wallet_id": theirs.id}), (lot, {"partner_id": friend.id}),
                                     (wallet, {"partner_id": friend.id})):
                    with self.assertRaises(AccessError):
                        record.with_user(user).write(vals)
                with self.assertRaises(AccessError):
                    lot.with_user(user).copy()
        for record, vals in ((lot, {"wallet_id": theirs.id}), (lot, {"amount": 9.0}), (lot, {"scope_id": False}),
                             (wallet, {"partner_id": friend.id})):
            with self.assertRaisesRegex(UserError, "passed on"):
                record.sudo().write(vals)
        self.assertEqual((lot.wallet_id, lot.partner_id, theirs.balance_deduction), (wallet, self.shopper, 0.0))
