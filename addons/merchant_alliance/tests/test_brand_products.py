from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_brand import BrandCommon


@tagged("post_install", "-at_install")
class TestBrandProducts(BrandCommon):
    def test_shoppers_see_it_when_it_is_approved(self):
        found = self._ask(description="Six cups and a pot")
        self.assertFalse(found.product_tmpl_id)
        self.assertIn("88", found.changes)
        found.with_user(self.operator).action_approve()
        product = found.product_tmpl_id
        self.assertEqual((product.name, product.list_price, product.brand_store_id, product.is_published), (
            "Tea Set", 88.0, self.brand.store_ids, True))
        self.assertEqual((product.description_sale, product.taxes_id, found.state), (
            "Six cups and a pot", product.taxes_id.browse(), "approved"))
        with self.assertRaisesRegex(UserError, "does not wait"):
            found.with_user(self.operator).action_approve()

    def test_changes_wait_too(self):
        product = self._list()
        change = self._ask(name="Tea Set", price=77.0, product_tmpl_id=product.id)
        self.assertEqual(product.list_price, 88.0)
        self.assertEqual(change._get_changes(), [("Price", 88.0, 77.0)])
        with self.assertRaisesRegex(ValidationError, "wait for approval already"):
            self._ask(price=66.0, product_tmpl_id=product.id)

    def test_refused_with_a_reason(self):
        found = self._ask()
        with self.assertRaisesRegex(UserError, "Reason"):
            found.with_user(self.operator).action_refuse()
        found.with_user(self.operator).write({"reason": "The picture shows another product."})
        found.with_user(self.operator).action_refuse()
        self.assertEqual((found.state, found.product_tmpl_id.id), ("refused", False))
        self.authenticate("brand_boss", "brand_boss")
        self.assertIn("another product", self.url_open("/my/store/products").text)

    def test_only_steps_change_the_state(self):
        with self.assertRaisesRegex(UserError, "set by its buttons"):
            self._ask().with_user(self.operator).write({"state": "approved"})
        with self.assertRaisesRegex(AccessError, "create"):
            self.env["alliance.product.request"].with_user(self.operator).create({
                "name": "X", "price": 1, "store_id": self.brand.store_ids.id})
        for login in ("brand_boss",):
            user = self.env["res.users"].search([("login", "=", login)])
            for step in ("action_approve", "action_refuse"):
                with self.assertRaises(AccessError):
                    getattr(self._ask().with_user(user), step)()

    def test_not_for_another_brands_product_nor_another_scene(self):
        product = self._list()
        with self.assertRaisesRegex(ValidationError, "not sold by this store"):
            self._ask(store=self.other_brand.store_ids, product_tmpl_id=product.id)
        with self.assertRaisesRegex(ValidationError, "not a store of the brand mall"):
            self._ask(store=self.store)

    def test_stock_is_the_brands_own_and_at_least_what_is_promised(self):
        product = self._list()
        product._set_brand_stock(5)
        product._set_brand_stock(3)
        quant = product._get_brand_quants()
        self.assertEqual((quant.quantity, quant.owner_id, quant.location_id.name), (
            3, self.brand.partner_id, "Tea Brand"))
        order = self._order(product.product_variant_id)
        order.order_line.product_uom_qty = 2
        self._pay(order)
        self.assertEqual(product._get_brand_stock(), (3, 2))
        with self.assertRaisesRegex(UserError, "2 pieces are promised"):
            product._set_brand_stock(1)
        for quantity in (-1, 1.5, None, True, 10**7):
            with self.assertRaisesRegex(UserError, "whole number"):
                product._set_brand_stock(quantity)

    def test_each_brand_ships_its_own(self):
        tea, cups = self._list(), self._list(store=self.other_brand.store_ids, name="Cups")
        self.product.is_storable = True
        for product in (tea, cups):
            product._set_brand_stock(5)
        order = self._order(self.product, tea.product_variant_id, cups.product_variant_id)
        self._pay(order)
        self.assertEqual(len(order.picking_ids), 3)
        shipped = {picking._get_brand_merchant(): picking.move_ids.product_id for picking in order.picking_ids}
        self.assertEqual(shipped, {
            self.brand: tea.product_variant_id, self.other_brand: cups.product_variant_id,
            self.brand.browse(): self.product})

    # -- the brand's pages ---------------------------------------------------------------------

    def test_the_form(self):
        self.authenticate("brand_boss", "brand_boss")
        self.assertIn("brand_empty", self.url_open("/my/store/products").text)
        page = self._post("/my/store/products/send", name="Pot", price="0").text
        self.assertIn("above zero", page)
        self.assertIn('value="Pot"', page, "nothing is lost")
        self.assertIn("brand_sent", self._post("/my/store/products/send", name="Pot", price="12,50").text)
        found = self.env["alliance.product.request"].search([("name", "=", "Pot")])
        self.assertEqual((found.price, found.store_id), (12.5, self.brand.store_ids))
        self._post(f"/my/store/requests/{found.id}/withdraw")
        self.assertEqual(found.state, "withdrawn")

    def test_another_brand_gets_nowhere(self):
        product, found = self._list(), self._ask(name="Secret Pot")
        product._set_brand_stock(5)
        order = self._order(product.product_variant_id)
        self._pay(order)
        picking = order.picking_ids
        self._make_user("brand_nobody", "base.group_portal")
        for login in ("other_boss", "brand_nobody"):
            self.authenticate(login, login)
            for page in ("/my/store/products", "/my/store/orders"):
                text = self.url_open(page).text
                self.assertNotIn("Secret Pot", text)
                self.assertNotIn(order.name, text)
            for path in (f"/my/store/products/{product.id}/send", f"/my/store/products/{product.id}/stock",
                         f"/my/store/products/{product.id}/unlist", f"/my/store/requests/{found.id}/withdraw",
                         f"/my/store/orders/{picking.id}/ship"):
                self.assertEqual(self._post(path, name="Mine", price="1", quantity="1", tracking="1").status_code, 404)
            self.assertEqual(self.url_open(f"/my/store/products/{product.id}").status_code, 404)
        self.assertEqual((product.is_published, found.state, picking.state), (True, "submitted", "assigned"))

    def test_shipped(self):
        product = self._list()
        product._set_brand_stock(5)
        order = self._order(product.product_variant_id)
        self._pay(order)
        self.authenticate("brand_boss", "brand_boss")
        self.assertIn(order.name, self.url_open("/my/store/orders").text)
        path = f"/my/store/orders/{order.picking_ids.id}/ship"
        self.assertIn("ship_error", self._post(path, carrier="SF").text)
        self.assertIn("SF 123", self._post(path, carrier="SF", tracking="123").text)
        self.assertEqual((order.picking_ids.state, product._get_brand_stock()), ("done", (4, 0)))

    def test_what_is_not_paid_is_not_shipped(self):
        product = self._list()
        product._set_brand_stock(5)
        order, by_invoice = (self._order(product.product_variant_id) for _number in range(2))
        order.action_confirm()
        by_invoice.with_user(self.env.ref("base.user_admin")).action_confirm()
        self.authenticate("brand_boss", "brand_boss")
        page = self.url_open("/my/store/orders").text
        self.assertNotIn(order.name, page)
        self.assertIn(by_invoice.name, page)
        self.assertEqual(self._post(f"/my/store/orders/{order.picking_ids.id}/ship", tracking="1").status_code, 404)
        self.assertEqual(order.picking_ids.state, "assigned")
        self._pay(order)
        self.assertIn(order.name, self.url_open("/my/store/orders").text)

    def test_out_of_the_shop_at_once(self):
        product = self._list()
        self.authenticate("brand_boss", "brand_boss")
        self.assertIn("Tea Brand Store", self.url_open(product.website_url).text)
        self._post(f"/my/store/products/{product.id}/unlist")
        self.assertFalse(product.is_published)
