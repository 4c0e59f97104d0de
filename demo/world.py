"""Builds the demo world: company, merchants with stores and tills, people, products."""

import base64
from pathlib import Path

from odoo import Command, fields

from . import names
from .names import pick

CHART = "cn"
LOGO = Path(__file__).with_name("logo.png")
WHOLE_PLATFORM_CITY = ("Shanghai", "上海")


class World:
    """The records of the demo world, by the keys used in :mod:`demo.names`."""

    def __init__(self, env, chinese):
        self.env = env
        self.chinese = chinese
        self.company = env.company
        self.merchants = {}
        self.stores = {}
        self.shoppers = []
        self.users = {}
        self.products = {}
        self.tills = {}

    def text(self, pair):
        """Return the name of ``pair`` in the language of the demo."""
        return pick(pair, self.chinese)

    # -- company ----------------------------------------------------------------

    def build_company(self):
        """Give the company its name, country, currency and the Chinese chart of accounts."""
        env, company = self.env, self.company
        company.write({"name": self.text(names.PLATFORM), "country_id": env.ref("base.cn").id})
        company.logo = self._get_logo()
        company.partner_id.tz = "Asia/Shanghai"
        env.user.tz = "Asia/Shanghai"
        if company.chart_template != CHART:
            env["account.chart.template"].try_loading(CHART, company, install_demo=False)
        company.currency_id = env.ref("base.CNY")

    @staticmethod
    def _get_logo():
        return base64.b64encode(LOGO.read_bytes())

    # -- people -----------------------------------------------------------------

    def build_staff(self):
        """Create the staff logins; the password is the login."""
        for login, name, groups in names.STAFF:
            self.users[login] = self._create_user(
                login, self.text(name), [self.env.ref(xmlid).id for xmlid in groups]
                + [self.env.ref("base.group_user").id])

    def build_shoppers(self):
        """Create the shoppers; the first one can log in as ``shopper``."""
        vals_list = []
        for index in range(names.SHOPPER_COUNT):
            family = names.FAMILY_NAMES[index % len(names.FAMILY_NAMES)]
            given = names.GIVEN_NAMES[(index // len(names.FAMILY_NAMES) + index) % len(names.GIVEN_NAMES)]
            name = family[1] + given[1] if self.chinese else f"{given[0]} {family[0]}"
            vals_list.append({
                "name": name,
                "phone": f"1380000{index:04d}",
                "email": f"shopper{index:02d}@example.com",
                "country_id": self.env.ref("base.cn").id,
                "city": self.text(WHOLE_PLATFORM_CITY),
                "street": f"{index + 1} Renmin Road" if not self.chinese else f"人民路{index + 1}号",
                "zip": "200000",
            })
        self.shoppers = self.env["res.partner"].create(vals_list)
        self.users["shopper"] = self._create_portal_user("shopper", self.shoppers[0])

    def _create_user(self, login, name, group_ids):
        return self.env["res.users"].with_context(no_reset_password=True).create({
            "login": login, "password": login, "name": name, "tz": "Asia/Shanghai",
            "lang": self.env.lang, "group_ids": [Command.set(group_ids)],
            "company_id": self.company.id, "company_ids": [Command.set(self.company.ids)],
        })

    def _create_portal_user(self, login, partner):
        return self.env["res.users"].with_context(no_reset_password=True).create({
            "login": login, "password": login, "partner_id": partner.id, "tz": "Asia/Shanghai",
            "lang": self.env.lang, "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            "company_id": self.company.id, "company_ids": [Command.set(self.company.ids)],
        })

    # -- merchants --------------------------------------------------------------

    def build_merchants(self, day):
        """Create merchants, stores and contracts signed on ``day`` (date)."""
        calendars = {scene: self._build_hours(scene, *hours) for scene, hours in names.HOURS.items()}
        for key, name, scene, _ticket, _per_week, rate, city in names.MERCHANTS:
            platform = scene == "own_mall"
            partner = self.company.partner_id if platform else self.env["res.partner"].create({
                "name": self.text(name), "is_company": True, "city": self.text(city),
                "country_id": self.env.ref("base.cn").id})
            merchant = self.env["alliance.merchant"].create({
                "name": self.text(name), "partner_id": partner.id, "scene": scene,
                "is_platform": platform, "state": "active",
                "funding_method": "split" if scene in ("own_mall", "brand_mall") else "deposit",
            })
            store = self.env["alliance.store"].create({
                "name": self.text(name), "merchant_id": merchant.id, "scene": scene,
                "partner_id": self._build_place(merchant, city).id, "calendar_id": calendars[scene].id,
                "category_id": self.env.ref(f"merchant_alliance.category_{names.CATEGORIES[key]}").id})
            contract = self.env["alliance.contract"].create({
                "merchant_id": merchant.id, "date_start": day,
                "line_ids": [Command.create({
                    "scene": scene, "rate": rate, "own_vouchers": key in names.OWN_VOUCHERS})]})
            contract._activate(signed_by=partner.name)
            self.merchants[key], self.stores[key] = merchant, store
        for login, key, name in names.OWNERS:
            self.users[login] = self._create_portal_user(login, self.env["res.partner"].create({
                "name": self.text(name), "parent_id": self.merchants[key].partner_id.id}))

    def _build_place(self, merchant, city):
        """Create a store's address, somewhere near the middle of its city."""
        number = len(self.stores)
        latitude, longitude = names.CITIES[city[0]]
        return self.env["res.partner"].create({
            "name": merchant.name, "type": "other", "parent_id": merchant.partner_id.id,
            "street": f"{8 * number + 6} Jiefang Road" if not self.chinese else f"解放路{8 * number + 6}号",
            "city": self.text(city), "country_id": self.env.ref("base.cn").id,
            "partner_latitude": latitude + number * 0.004, "partner_longitude": longitude - number * 0.003})

    def _build_hours(self, scene, opens, closes, days):
        return self.env["resource.calendar"].create({
            "name": dict(self.env["alliance.store"]._fields["scene"]._description_selection(self.env))[scene],
            "tz": "Asia/Shanghai", "attendance_ids": [Command.clear(), *(Command.create({
                "name": day, "dayofweek": day, "hour_from": opens, "hour_to": closes, "day_period": "full_day"})
                for day in days)]})

    # -- channels ---------------------------------------------------------------

    def build_products(self):
        """Create goods for tills and the web mall."""
        vals_list = [{
            "name": self.text(name), "default_code": code, "list_price": price,
            "type": "consu", "available_in_pos": place == "till",
            "is_published": place != "till", "sale_ok": True,
            "taxes_id": [Command.clear()],
            "brand_store_id": place not in ("till", "web") and self.stores[place].id,
        } for code, name, price, place in names.PRODUCTS]
        for product in self.env["product.product"].create(vals_list):
            self.products[product.default_code] = product
        self.env["alliance.product.request"].create([{
            "store_id": self.stores[key].id, "name": self.text(name), "price": price, "description": self.text(text),
        } for key, name, price, text in names.ASKED_FOR])

    def build_tills(self):
        """Give two alliance shops and a supermarket a till each, and the web mall its store."""
        voucher_method = self.env["pos.payment.method"].search(
            [("use_payment_terminal", "=", "voucher"), ("company_id", "=", self.company.id)], limit=1)
        for key in ("noodles", "bakery", "market1"):
            config = self.env["pos.config"].create({
                "name": self.stores[key].name, "alliance_store_id": self.stores[key].id})
            config.payment_method_ids = [Command.link(voucher_method.id)]
            self.tills[key] = config
        for website in self.env["website"].search([("company_id", "=", self.company.id)]):
            website.write({
                "alliance_store_id": self.stores["mall"].id, "name": self.company.name, "logo": self._get_logo()})

    def today(self):
        """Return the platform's current date in its own time zone."""
        return fields.Date.context_today(self.env.user)
