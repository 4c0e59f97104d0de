"""The web's doors to what belongs to another: reports, files, searches, messages, tokens, the bus.

Each door × each outsider × the records of each model of ours that are not his.
"""

import io
import json

from PIL import Image

from odoo.http import Request
from odoo.tools import mute_logger

from odoo.addons.bus.tests.common import WebsocketCase

from tests.security.test_leaks import LeakCase
from tests.support.roles import get_password
from tests.support.surface import get_own_models, get_routes

NOISE = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.addons.base.models.ir_model")
SECRET = "SECRETWORD"
EACH = 1  # records of each model and person; the records themselves are all tried in test_leaks
TOKENS = {"access_token": "invented", "token": "invented", "hash": "invented", "_hash": "invented", "pid": 1}

# Name of a parameter of a route -> whose number it is. A new route with another name belongs here.
PARAMETERS = {
    "merchant_id": "alliance.merchant", "contract_id": "alliance.contract", "statement_id": "merchant.statement",
    "staff_id": "alliance.staff", "store_id": "alliance.store", "product_id": "product.template",
    "request_id": "alliance.product.request", "picking_id": "stock.picking", "order_id": "sale.order",
    "application_id": "alliance.application",
}
ANYBODY = ("/alliance/store/<int:store_id>/image",)  # of stores that are public


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


class Pages:
    def test_no_page_of_anothers_record(self):
        """Each route of ours that takes a number, with the numbers of others."""
        rules = [rule for rule in get_routes(self.env) if rule.arguments - {"page", "slug", "code"}]
        wrong, asked = [], 0
        for person, user in self.people.items():
            self._login(user)
            for rule in rules:
                [name] = rule.arguments - {"page"}
                if rule.rule in ANYBODY:
                    continue
                self.assertIn(name, PARAMETERS, f"{rule.rule}: whose is it?")
                for record in self._get_strange(user, PARAMETERS[name])[:2]:
                    asked += 1
                    path = rule.rule.replace(f"<int:{name}>", str(record.id)).replace("<int:page>", "1")
                    with mute_logger(*NOISE):
                        if not self._is_refused(rule, path):
                            wrong.append(f"{person}: {path}")
        self.assertFalse(wrong)
        self.assertGreater(asked, 200)

    def _get_strange(self, user, model):
        if model in get_own_models(self.env):
            return self._get_foreign(user, model)
        records = self.env[model].sudo().search([])
        if model == "sale.order":
            return records.filtered(lambda order: order.partner_id != user.partner_id and not (
                order.scan_store_id | order.pickup_store_id) & self._get_stores(user))
        return records

    def _get_stores(self, user):
        return user._get_stores() if user._is_portal() else self.env["alliance.store"]

    def _is_refused(self, rule, path):
        routing = rule.endpoint.routing
        if routing["type"] == "jsonrpc":
            return self._ask(path, amount=500.0, access_token="invented")[0]
        posted = "GET" not in (routing.get("methods") or ["GET"])
        response = self.url_open(
            path, data={"csrf_token": Request.csrf_token(self), "reason": "x"} if posted else None,
            allow_redirects=False)
        # to one's own page, the login or nowhere
        target = response.headers.get("Location", "").rstrip("/") if response.is_redirect else ""
        return response.status_code in (400, 403, 404) or "/web/login" in target or target.endswith(
            ("/my", "/alliance", "/alliance/apply"))

    def test_one_s_own_pages_open(self):
        """The pages above are there, for those whose they are."""
        contract = self.merchant.contract_ids.filtered(lambda one: one.state == "active")[:1]
        for role, path in (
                ("merchant", f"/my/contracts/{contract.id}"), ("merchant", f"/my/deposit/{self.merchant.id}"),
                ("merchant", f"/my/store/staff/{self.staff[0].id}"), ("staff", f"/my/store/{self.store.id}/sign"),
                ("shopper", f"/alliance/pay/{self.world.scan_orders[0].id}")):
            self._login(self.users[role])
            self.assertEqual(self.url_open(path).status_code, 200, path)


class Reports:
    def test_no_report_on_anothers_record(self):
        own = set(get_own_models(self.env)) | {"sale.order", "pos.order", "account.move", "account.payment"}
        reports = self.env["ir.actions.report"].search([("model", "in", list(own))])
        self.assertGreaterEqual(set(reports.mapped("model")), {"alliance.contract", "merchant.statement"})
        wrong = []
        for person, user in self.people.items():
            if user._is_internal():
                continue  # a cashier's own documents are Odoo's to decide
            self._login(user)
            for report in reports:
                records = self._get_foreign(user, report.model) if report.model in get_own_models(self.env) else (
                    self.env[report.model].search([("partner_id", "!=", user.partner_id.id)]))
                for record in records[:EACH]:
                    for kind in ("html", "pdf"):
                        with mute_logger(*NOISE, "odoo.addons.web.controllers.report"):
                            page = self.url_open(f"/report/{kind}/{report.report_name}/{record.id}")
                        # Odoo answers with an empty document for some of its own
                        shown = report.model in get_own_models(self.env) or record.display_name in page.text
                        if page.status_code == 200 and "/web/login" not in page.url and shown:
                            wrong.append(f"{person}: {kind} of {record}")
        self.assertFalse(wrong)

    def test_a_report_is_there(self):
        """What is refused above is no broken report."""
        self._login(self.users["merchant"])
        contract = self.merchant.contract_ids.filtered(lambda one: one.state == "active")[:1]
        self.assertEqual(self.url_open(f"/my/contracts/{contract.id}").status_code, 200)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "merchant_alliance.report_contract", contract.ids)
        self.assertIn(contract.name.encode(), html)


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
        self._login(self.users["merchant"])
        contract = self.merchant.contract_ids[:1]
        for field, attachment in self.files[contract]:
            path = f"/web/image/alliance.contract/{contract.id}/{field}" if field else f"/web/content/{attachment.id}"
            self.assertIn(self.picture, self.url_open(path).content)


class MessageRoutes:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in get_own_models(cls.env):
            model = cls.env[name].sudo()
            if not model._abstract and "message_ids" in model._fields:
                for record in model.search([]):
                    record.message_post(body=SECRET, message_type="comment", subtype_xmlid="mail.mt_comment")
        cls.env.flush_all()

    def test_nothing_is_read_written_or_followed_through_them(self):
        wrong, asked = [], 0
        for person, record in self._walk():
            if "message_ids" not in record._fields:
                continue
            partner = self.people[person].partner_id
            thread = {"thread_model": record._name, "thread_id": record.id}
            message = record.sudo().message_ids[:1]
            before = record.sudo().message_ids.ids, record.sudo().message_partner_ids.ids
            with mute_logger(*NOISE):
                for path, params in (
                        ("/mail/thread/messages", thread), ("/mail/chatter_fetch", {**thread, **TOKENS}),
                        ("/portal/chatter_init", {**thread, **TOKENS}), ("/mail/thread/recipients", thread),
                        ("/mail/data", {"fetch_params": [["mail.thread", {
                            **thread, "request_list": ["followers", "attachments", "activities"]}]]}),
                        ("/mail/message/post", {**thread, "post_data": {"body": "x"}}),
                        ("/mail/message/post", {**thread, "post_data": {"body": "x"}, **TOKENS}),
                        ("/mail/message/update_content", {"message_id": message.id, "update_data": {"body": "x"}}),
                        ("/mail/message/reaction", {"message_id": message.id, "content": "x", "action": "add"}),
                        ("/mail/thread/subscribe", {
                            "res_model": record._name, "res_id": record.id, "partner_ids": partner.ids})):
                    asked += 1
                    refused, said = self._ask(path, **params)
                    if not refused and (SECRET in said or f'"{message.id}"' in said):
                        wrong.append(f"{person}: {path} on {record}")
            self.env.invalidate_all()
            if before != (record.sudo().message_ids.ids, record.sudo().message_partner_ids.ids):
                wrong.append(f"{person} changed the messages of {record}")
        self.assertFalse(wrong)
        self.assertGreater(asked, 150)


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


class TestDoors(Pages, Reports, Files, MessageRoutes, Searches, Tokens, DoorCase):
    """All of them on one world, which takes long to build."""


class TestBus(DoorCase, WebsocketCase):
    def test_a_stores_payments_are_told_to_its_people_alone(self):
        """Whatever channels somebody asks for: of a payment hears who owns the store or serves there."""
        channels = [
            f"res.partner_{self.merchant.partner_id.id}", f"alliance.store_{self.store.id}",
            f"alliance.merchant_{self.merchant.id}", "alliance.scan_payment", "broadcast",
            json.dumps([self.env.cr.dbname, "res.partner", self.merchant.partner_id.id])]
        sockets = {}
        for person, user in self.people.items():
            session = self.authenticate(*((None, None) if user._is_public() else (
                user.login, get_password(user.login))))
            sockets[person] = self.websocket_connect(cookie=f"session_id={session.sid}")
            self.subscribe(sockets[person], channels, self.env["bus.bus"]._bus_last_id())
        order = self.env["sale.order"]._create_scan_order(self.store, self.rival_shopper, 2_000, "bus-payment-1")
        order._announce_scan_payment()
        partners = self.env["res.partner"].union(*(user.partner_id for user in self.people.values()))
        self.trigger_notification_dispatching(list(partners | self.store._get_staff_partners()))
        heard = {person: self._hears(socket, order) for person, socket in sockets.items()}
        self.assertEqual({person for person, found in heard.items() if found}, {"merchant", "staff"})

    def _hears(self, socket, order):
        socket.settimeout(1)
        try:
            return order.name in socket.recv()
        except Exception:  # noqa: BLE001 - whatever kind of silence
            return False
