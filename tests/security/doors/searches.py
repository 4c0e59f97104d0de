"""Searches on the website."""

from tests.support.roles import OUTSIDERS

from .case import SECRET


class Searches:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hidden = cls.env["alliance.store"].sudo().create({
            "name": f"{SECRET} Hidden", "merchant_id": cls.rival_merchant.id, "is_published": False})
        cls.listed = cls.env["alliance.store"].sudo().create(
            {"name": "Publicword Bakery", "merchant_id": cls.rival_merchant.id})
        newcomer = cls._make_merchant(f"{SECRET} Newcomer")
        newcomer.state = "draft"
        brand = cls.env["alliance.store"].sudo().create({
            "name": "Brand", "merchant_id": cls.rival_merchant.id, "scene": "brand_mall"})
        cls.env["alliance.product.request"].create(
            {"name": f"{SECRET} Teapot", "price": 99.0, "store_id": brand.id})
        cls.env["product.template"].create({
            "name": f"{SECRET} Unlisted Teapot", "is_published": False, "brand_store_id": brand.id})
        cls.rival_shopper.name = f"{SECRET} Person"
        cls.env.flush_all()

    def test_nothing_private_is_found(self):
        found, wrong = 0, []
        for person in OUTSIDERS:
            self._login(self.people[person])
            for word in ("Publicword", SECRET):
                for path in (f"/alliance?search={word}", f"/shop?search={word}", f"/website/search?search={word}",
                             f"/my/store/products?search={word}"):
                    # what was typed is repeated in the box
                    page = self.url_open(path).text
                    found += word == "Publicword" and "Publicword Bakery" in page
                    wrong += [f"{person}: {path}: {name}" for name in ("Hidden", "Newcomer", "Teapot", "Person")
                              if f"{SECRET} {name}" in page]
                for search_type in ("all", "products", "products_only", "pages"):
                    _refused, said = self._ask(
                        "/website/snippet/autocomplete", search_type=search_type, term=word, order="name asc", limit=20,
                        options={"displayDescription": True, "displayDetail": True, "displayExtraLink": True,
                                 "allowFuzzy": True})
                    wrong += [f"{person}: autocomplete {search_type}: {name}" for name in (
                        "Hidden", "Newcomer", "Teapot", "Person") if f"{SECRET}" in said and name in said]
        self.assertFalse(wrong)
        self.assertEqual(found, len(OUTSIDERS), "the directory finds what is public")
