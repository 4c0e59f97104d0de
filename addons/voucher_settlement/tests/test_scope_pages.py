from odoo.tests import HttpCase, new_test_user, tagged

from .common import VoucherCommon


@tagged("post_install", "-at_install")
class TestScopePages(VoucherCommon, HttpCase):
    """Shoppers are told where each of their vouchers spends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "scope_shopper", groups="base.group_portal", company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)])
        cls.shopper = cls.user.partner_id
        cls.brand = cls._make_merchant("Brand", scene="brand_mall")
        cls.scope = cls._make_scope(cls.brand, cls.merchant)
        cls.stores = cls.store | cls.mall | cls.brand.store_ids
        cls.stores.is_published = True

    def _get_page(self):
        self.authenticate("scope_shopper", "scope_shopper")
        return self.url_open("/my/green-points").text

    def test_where_each_voucher_spends(self):
        self._give_vouchers(5)
        page = self._get_page()
        self.assertIn("at every store", page)
        self.assertIn("/alliance?vouchers=1&amp;spends=deduction\"", page)
        self.assertNotIn("see below", page)
        self._give_vouchers(7, scope=self.scope)
        page = self._get_page()
        self.assertIn("only at Brand and Teahouse", page)
        self.assertIn(f"spends=deduction-{self.scope.id}\"", page)
        self.assertIn("see below", page)
        self.assertIn("5.00", page)
        self.assertIn("7.00", page)

    def test_not_where_those_of_others_spend(self):
        self._give_vouchers(7, scope=self.scope, partner=self._make_partner("Other"))
        self.assertNotIn("only at", self._get_page())

    def test_the_list_of_stores(self):
        for spends, expected in ((f"shopping-{self.scope.id}", {"Brand Store"}),
                                 ("shopping", {"Brand Store", "Mall Store"}),
                                 (f"deduction-{self.scope.id}", {"Brand Store", "Teahouse Store"}),
                                 ("deduction", set(self.stores.mapped("name")))):
            page = self.url_open(f"/alliance?vouchers=1&spends={spends}").text
            with self.subTest(spends=spends):
                self.assertEqual({name for name in self.stores.mapped("name") if name in page}, expected)
                self.assertIn("Where these vouchers spend", page)
        for nonsense in ("gold", "shopping-x", "shopping-1;", "shopping-" + "9" * 30):
            self.assertNotIn("Where these vouchers spend", self.url_open(f"/alliance?spends={nonsense}").text)
        self.assertEqual(self.url_open("/alliance?spends=deduction-999999999").status_code, 200)
