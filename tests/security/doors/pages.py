"""Pages: every route of ours, and those of Odoo that show what is somebody's, for each person.

``pages.csv`` is the table as reviewed. What is in the address is of the merchant, of the shopper or of the promoter.
The columns say what each person gets: ``page`` (or the kind of file), ``> address`` (sent on; # is what was in it),
``login``, a number (404: not there), ``answer``, ``says no`` or the error of a JSON route. An empty cell is not asked:
a page without a record is like that of the first of a kind.
"""

import contextlib
import csv
import re
from pathlib import Path

from odoo.fields import Command
from odoo.tools import mute_logger

from tests.support.ownership import get_owners, is_owner
from tests.support.surface import get_own_models, get_routes

from .case import NOISE

TABLE = Path(__file__).parents[1] / "pages.csv"
ALWAYS = ("merchant", "staff", "shopper", "public")
# Beginning of a route -> who else is asked: of the same kind as those whose it is.
OTHERS = {
    "/alliance/pay": ("other shopper",), "/my/services": ("other shopper",), "/my/messages": ("other shopper",),
    "/my/orders": ("other shopper",), "/my/invoices": ("other shopper",),
    "/my/promoter": ("promoter", "other promoter"), "/my/store": ("other merchant",)}
COLUMNS = ("merchant", "staff", "other merchant", "shopper", "other shopper", "promoter", "other promoter", "public")
# Pages of Odoo that show what belongs to one of them.
OF_ODOO = ("/my/home", "/my/orders", "/my/orders/<int:order_id>", "/my/quotes", "/my/invoices",
           "/my/invoices/<int:invoice_id>", "/shop/cart")
KINDS = {"html": "page", "json": "json", "png": "png", "csv": "csv", "pdf": "pdf",
         "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx"}
# What Odoo's payment form sends; other routes leave it.
PAYMENT = {"amount": 5.0, "access_token": "invented", "provider_id": 0, "payment_method_id": 0, "token_id": None,
           "flow": "direct", "tokenization_requested": False, "landing_route": "/my"}
MARK = re.compile(r"(?=.*\d)[A-Z0-9][\w/-]{7,}")  # names that a sequence gave, codes and tokens


class Pages:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitors = {
            **{role: cls.users[role] for role in ("merchant", "staff", "shopper", "public")},
            "other merchant": cls.rivals["merchant"], "other shopper": cls.rivals["shopper"],
            "promoter": cls.promoter, "other promoter": cls.rivals["promoter"]}
        cls._make_brand()
        cls.merchant.contract_ids.filtered(lambda contract: contract.state == "active")._freeze_document()
        cls.env.flush_all()
        cls.values = cls._prepare_values()
        cls.marks = cls._collect_marks()

    @classmethod
    def _make_brand(cls):
        """The merchant sells in the web mall, too; an order waits to be sent, another one to be collected."""
        world = cls.world
        brand = cls.env["alliance.store"].create(
            {"name": "BrandStore", "merchant_id": cls.merchant.id, "scene": "brand_mall"})
        cls.staff[0].store_ids |= brand
        requests = cls.env["alliance.product.request"]
        listed = requests.create({"name": "Tea Pot", "price": 88.0, "store_id": brand.id})
        listed.with_user(cls.users["operator"]).action_approve()
        cls.product_request = requests.create({"name": "Tea Cup", "price": 8.0, "store_id": brand.id})
        cls.listed = listed.product_tmpl_id
        cls.sent, cls.collected = cls.env["sale.order"].create([{
            "partner_id": cls.shopper.id, "website_id": world.web_orders.website_id[:1].id,
            "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})],
        } for product in (cls.listed.product_variant_ids, cls.product)])
        cls.collected.pickup_store_id = cls.store
        # nobody has paid them: the back office sends them off to be paid by invoice
        (cls.sent | cls.collected).with_user(cls.env.ref("base.user_admin")).action_confirm()
        cls.invoice = cls.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": cls.shopper.id,
            "invoice_line_ids": [Command.create({"name": "Lamp", "price_unit": 10.0, "quantity": 1})]})
        cls.invoice.action_post()

    @classmethod
    def _prepare_values(cls):
        """Return ``{parameter: value}``, or by the beginning of the route where a parameter means several things.

        A new route with another parameter belongs here.
        """
        world, contracts = cls.world, cls.merchant.contract_ids
        own = [("merchant_id", "=", cls.merchant.id)]
        consents = cls.env["alliance.consent"].search([("partner_id", "=", cls.shopper.id)], order="id")
        receipt = cls.env["pos.order"].search([("partner_id", "=", cls.shopper.id)], limit=1)
        return {
            "application_id": world.application.id, "consent_id": consents[0].id, "token": consents[1]._get_token(),
            "number": 1,
            "code": {"/alliance/p/": world.promoters[0].code, "": receipt.access_token}, "slug": cls.store.id,
            "order_id": {"/alliance/pay": world.scan_orders[0].id, "/my/store/pickups": cls.collected.id,
                         "": world.web_orders[0].id},
            "offer_id": {"/my/store/offers": cls.env["alliance.offer"].search(own).id,
                         "": cls.env["green.points.offer"].search([("store_id", "=", cls.store.id)]).id},
            "contract_id": {"/my/contracts/<int:contract_id>/sign": contracts.filtered(lambda c: c.state == "sent").id,
                            "": contracts.filtered(lambda c: c.state == "active").id},
            "merchant_id": cls.merchant.id, "agreement_id": world.promoters[0].agreement_ids[:1].id,
            "month": f"{world.promoters[0]._get_statement_months()[0]:%Y-%m}", "booking_id": world.bookings[0].id,
            "store_id": cls.store.id, "campaign_id": world.campaigns[-1].id, "picking_id": cls.sent.picking_ids[:1].id,
            "product_id": cls.listed.id, "request_id": cls.product_request.id, "staff_id": cls.staff[0].id,
            "statement_id": world.statements[0].id, "invoice_id": cls.invoice.id,
            "provider_id": cls.env.ref("payment.payment_provider_demo").id}

    # -- the table -----------------------------------------------------------------------------------

    def test_pages(self):
        """Each route × each person gives what the table says, and shows nothing of anybody else."""
        with TABLE.open(encoding="utf-8") as file:
            reviewed = {(row.pop("method"), row.pop("route")): row for row in csv.DictReader(file)}
        rows = {key: dict.fromkeys(COLUMNS, "") for key in self._get_rules()}
        self.shown = []
        for person in COLUMNS:
            self._login(self.visitors[person])
            self.texts, self.closed = {}, set()
            for (method, route), row in rows.items():
                if person in self._get_asked(route):
                    row[person] = self._visit(method, route)
            self.shown += self._find_others(person)
        wrong = [",".join((*key, *row.values())) for key, row in rows.items() if row != reviewed.get(key)]
        self.assertFalse(self.shown + wrong, "what is shown to others; rows that differ from pages.csv")
        self.assertEqual(set(rows), set(reviewed), "the table has routes that are gone")

    def _get_rules(self):
        """Return ``{(method, route)}`` of all routes, a list's further pages left out; sorted."""
        rules = get_routes(self.env)
        rules += [rule for rule in self.env["ir.http"].routing_map().iter_rules() if rule.rule in OF_ODOO]
        found = set()
        for rule in rules:
            routing = rule.endpoint.routing
            if "page" in rule.arguments:
                continue
            method = "JSON" if routing["type"] == "jsonrpc" else (
                "GET" if "GET" in (routing.get("methods") or ["GET"]) else "POST")
            found.add((method, rule.rule))
        return sorted(found, key=lambda key: (key[1], key[0]))

    def _get_asked(self, route):
        asked = {person for start, more in OTHERS.items() if route.startswith(start) for person in more}
        return {*ALWAYS, *asked, *(["other merchant"] if "<" in route else [])}

    def _visit(self, method, route):
        """Return what a person gets; what is changed by sending something is undone."""
        path = re.sub(r"<\w+:(\w+)>", lambda match: str(self._get_value(route, match[1])), route)
        with mute_logger(*NOISE, "odoo.sql_db"):
            if method == "GET":
                response = self.url_open(path, allow_redirects=False)
            else:
                with contextlib.closing(self.env.cr.savepoint()):
                    response = self.url_open(path, json={"params": PAYMENT}) if method == "JSON" else self._send(path)
                self.env.invalidate_all()
        answer = self._describe(response, method)
        self.texts[path] = response.text
        if answer in ("404", "> /my") and "<" in route:
            self.closed.add(path)
        return answer

    def _get_value(self, route, name):
        self.assertIn(name, self.values, f"{route}: whose is it?")
        value = self.values[name]
        if isinstance(value, dict):
            value = next(known for start, known in value.items() if route.startswith(start))
        self.assertTrue(value, f"{route}: the world has none")
        return value

    def _describe(self, response, method):
        if method == "JSON" and response.ok:
            content = response.json()
            if "error" in content:
                name = content["error"]["data"]["name"].rsplit(".", 1)[-1]
                return {"NotFound": "404", "SessionExpiredException": "login"}.get(name, name)
            result = content["result"]
            return "says no" if isinstance(result, dict) and result.get("error") else "answer"
        if response.is_redirect:
            target = response.headers["Location"].removeprefix(self.base_url()).split("?")[0]
            target = target.replace(self.values["code"]["/alliance/p/"], "#")
            return "login" if target.startswith("/web/login") else "> " + re.sub(r"\d+", "#", target)
        if response.status_code != 200:
            return str(response.status_code)
        return KINDS[response.headers["Content-Type"].split(";")[0].rsplit("/", 1)[-1]]

    # -- what is nobody else's to read ---------------------------------------------------------------

    def _find_others(self, person):
        """Return where a page shows what is not the person's: a name, a code, or a link to a page that is closed."""
        marks = self._get_marks(self.visitors[person])
        links = {f'"{path}{end}' for path in self.closed for end in '"/?'}
        return [f"{person}: {path}: {mark}" for path, text in self.texts.items()
                for mark in (marks if path in self.closed else marks | links) if mark in text and mark not in path]

    def _get_marks(self, user):
        """Return names and codes of records that are not the user's to know."""
        owned = {text for text, owners in self.marks if is_owner(user, owners)}
        return {text for text, owners in self.marks} - owned

    @classmethod
    def _collect_marks(cls):
        marks = []
        for model in get_own_models(cls.env):
            if cls.env[model]._abstract or cls.env[model]._transient:
                continue
            records = cls.env[model].sudo().with_context(active_test=False).search([])
            fields = [name for name in ("name", "code", "reference", "access_token") if name in records._fields]
            owners = get_owners(records)
            marks += [
                (record[name], owners[record.id]) for record in records for name in fields
                if isinstance(record[name], str) and MARK.fullmatch(record[name])]
        return marks
