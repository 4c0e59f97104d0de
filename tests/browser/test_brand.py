"""A brand lists a product on the phone; an operator approves; a shopper buys; the brand ships."""

from odoo.tests import tagged

from odoo.addons.merchant_alliance.tests.common_brand import BrandCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestBrandTour(PicturedTours, BrandCommon):
    browser_size = "375x667"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_user("brand_shopper", "base.group_portal", partner=cls.shopper)
        cls.shopper.write({
            "street": "1 Hubin Road", "city": "Hangzhou", "zip": "310000", "phone": "+86 571 0000 0000",
            "email": "lin@example.com", "country_id": cls.env.ref("base.cn").id,
            "state_id": cls.env.ref("base.state_cn_ZJ").id})

    def _tour(self, name, login, url, **kwargs):
        self.start_tour(url, f"brand_{name}", login=login, timeout=180, picture=f"brand_{name}", **kwargs)

    def test_from_the_portal_to_the_parcel(self):
        self._tour("adds_product", "brand_boss", "/my/store")
        self.browser_size, self.touch_enabled = "1366x768", False
        self._tour("operator_approves", "brand_operator", "/odoo")
        self.browser_size, self.touch_enabled = type(self).browser_size, True
        product = self.env["product.template"].search([("brand_store_id", "=", self.brand.store_ids.id)])
        self.assertEqual((product.name, product.list_price, product.is_published), ("Spring Tea", 88.0, True))
        self.assertTrue(product.image_1920)
        self._tour("sets_stock", "brand_boss", "/my/store/products")
        self._tour("shopper_buys", "brand_shopper", product.website_url)
        order = self.env["sale.order"].search([("partner_id", "=", self.shopper.id), ("state", "=", "sale")])
        sale = self._sales(order)
        self.assertEqual(
            (sale.merchant_id, sale.scene, sale.cash_amount, sale.concession_amount, sale.collected),
            (self.brand, "brand_mall", 88.0, 13.2, True))
        self._tour("ships", "brand_boss", "/my/store")
        self.assertEqual(order.picking_ids.mapped("state"), ["done"])
        self._tour("shopper_follows", "brand_shopper", f"/my/orders/{order.id}")
