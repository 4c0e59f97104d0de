"""The web's doors to what belongs to another: files, searches, links with a token.

Each door × each outsider × the records of each model of ours that are not his.
"""

import io

from PIL import Image

from odoo.tools import mute_logger

from tests.security.test_leaks import LeakCase
from tests.support.roles import get_password
from tests.support.surface import get_own_models

NOISE = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.addons.base.models.ir_model")
SECRET = "SECRETWORD"
EACH = 1  # records of each model and person; the records themselves are all tried in test_leaks


class DoorCase(LeakCase):
    def _login(self, user):
        self.authenticate(*((None, None) if user._is_public() else (user.login, get_password(user.login))))

    def _ask(self, path, **params):
        """Return (refused, what was said) of a JSON route."""
        response = self.url_open(path, json={"params": params})
        content = response.json() if response.ok else {"error": response.status_code}
        return "error" in content, response.text

    def _get_targets(self, user):
        """Yield up to ``EACH`` foreign records of each model of ours."""
        for model in get_own_models(self.env):
            if not self.env[model]._abstract and not self.env[model]._transient:
                yield from self._get_foreign(user, model)[:EACH]

    def _walk(self):
        """Yield (person, foreign record), logged in as that person."""
        for person, user in self.people.items():
            self._login(user)
            for record in self._get_targets(user):
                yield person, record


class Files:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stream = io.BytesIO()
        Image.new("RGB", (40, 40), "#123456").save(stream, "PNG")
        cls.picture = stream.getvalue()
        cls.files = {}  # record -> [(field or None, attachment)]
        for name in get_own_models(cls.env):
            model = cls.env[name].sudo().with_context(active_test=False)
            if model._abstract or model._transient:
                continue
            fields = [field.name for field in model._fields.values() if field.type == "binary" and field.attachment]
            for record in model.search([]):
                cls.files[record] = [(field, cls._attach(record, field)) for field in (None, *fields)]
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _attach(cls, record, field):
        attachments = cls.env["ir.attachment"].sudo()
        attachments.search([
            ("res_model", "=", record._name), ("res_id", "=", record.id), ("res_field", "=", field or False),
            ("name", "=", field or f"{SECRET}.png")]).unlink()
        return attachments.create({
            "name": field or f"{SECRET}.png", "raw": cls.picture, "res_model": record._name, "res_id": record.id,
            "res_field": field, "mimetype": "image/png"})

    def test_no_file_of_anothers_record(self):
        wrong, asked = [], 0
        for person, record in self._walk():
            for field, attachment in self.files.get(record, ()):
                paths = [f"/web/content/{attachment.id}", f"/web/image/{attachment.id}",
                         f"/web/content/{attachment.id}?access_token=invented",
                         f"/web/content?model=ir.attachment&id={attachment.id}&field=raw"]
                if field:
                    paths += [f"/web/content/{record._name}/{record.id}/{field}",
                              f"/web/image/{record._name}/{record.id}/{field}",
                              f"/web/image?model={record._name}&id={record.id}&field={field}&access_token=invented"]
                for path in paths:
                    if self._is_public_picture(record, field):
                        continue
                    asked += 1
                    with mute_logger(*NOISE, "odoo.addons.base.models.ir_binary"):
                        if self.picture in self.url_open(path).content:
                            wrong.append(f"{person}: {path} of {record}")
        self.assertFalse(wrong)
        self.assertGreater(asked, 150)

    def _is_public_picture(self, record, field):
        return record._name == "alliance.store" and record.is_listed and (field or "").startswith("image_")

    def test_a_file_is_there(self):
        """What is refused above is there for those whose it is."""
        self._login(self.users["merchant"])
        contract = self.merchant.contract_ids.filtered(lambda one: one.state == "active")[:1]
        for field, _attachment in self.files[contract]:
            if field:  # other attachments are for employees alone in Odoo
                picture = self.url_open(f"/web/image/alliance.contract/{contract.id}/{field}").content
                self.assertIn(self.picture, picture, field)


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
        for person, user in self.people.items():
            self._login(user)
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
        self.assertEqual(found, len(self.people), "the directory finds what is public")


class Tokens:
    def test_a_wrong_token_opens_nothing(self):
        """Documents with links of their own: an invented token, none, and that of another document."""
        application, [mine, foreign] = self.world.application, self.world.web_orders
        for document in (application, mine, foreign):
            document._portal_ensure_token()
        self.env.flush_all()
        wrong = []
        for person in ("public", "shopper", "merchant", "staff"):
            self._login(self.people[person])
            for path, secret in ((f"/alliance/apply/{application.id}", application.name),
                                 (f"/my/orders/{foreign.id}", foreign.name)):
                for token in (None, "invented", mine.access_token):
                    with mute_logger(*NOISE):
                        page = self.url_open(f"{path}?access_token={token}" if token else path)
                    if secret in page.text and page.status_code == 200:
                        wrong.append(f"{person}: {path} with {token}")
        self.assertFalse(wrong)
        self._login(self.people["public"])
        self.assertIn(application.name, self.url_open(
            f"/alliance/apply/{application.id}?access_token={application.access_token}").text)


class TestDoors(Files, Searches, Tokens, DoorCase):
    """All of them on one world, which takes long to build."""
