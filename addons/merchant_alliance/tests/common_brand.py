from odoo.tests import HttpCase

from .common_web import WebSaleCommon


class BrandCommon(WebSaleCommon, HttpCase):
    """A brand of the web mall and its login, another one, and an operator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.brand = cls._make_merchant("Tea Brand", scene="brand_mall", rate=15.0)
        cls.other_brand = cls._make_merchant("Cup Brand", scene="brand_mall")
        cls._make_user("brand_boss", "base.group_portal", partner=cls.brand.partner_id)
        cls._make_user("other_boss", "base.group_portal", partner=cls.other_brand.partner_id)
        cls.operator = cls._make_user("brand_operator", "base.group_user,merchant_alliance.group_operator")

    def _ask(self, store=None, **vals):
        return self.env["alliance.product.request"].create({
            "name": "Tea Set", "price": 88.0, "store_id": (store or self.brand.store_ids).id, **vals})

    def _list(self, **vals):
        found = self._ask(**vals)
        found.with_user(self.operator).action_approve()
        return found.product_tmpl_id

    def _token(self):
        return self.url_open("/my/store/payments").text.split('csrf_token: "')[1].split('"')[0]

    def _post(self, path, **data):
        return self.url_open(path, data={"csrf_token": self._token(), **data})
