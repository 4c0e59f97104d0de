"""Pages of the directory and of a merchant, with 10 merchants and with 86,000 of them and 1,000,000 sales.

Aim: each page takes at most 1.5 times as long with many as with few.
"""

import random
import statistics
import time

import requests

from odoo import fields
from odoo.fields import Command

from odoo.addons.merchant_alliance.models.alliance_store_directory import get_terms

from tests.support.databases import ScratchDatabase, clone, forget
from tests.support.roles import create_user, get_password

from .multiply import fill_column, multiply

FEW, MANY = 10, 86_000
SALES_OF_FEW, SALES_OF_MANY = 120, 1_000_000
OWN_SALES = 1_000  # of the merchant whose page is measured, in both cases
REQUESTS, WARM_UP = 40, 5
AIM = 1.5
SEED = 20261123
FIRST = ["老街", "晨光", "红河", "茉莉", "竹林", "百草", "巅峰", "月光", "龙井", "江南", "锦绣", "金桥", "长乐", "永和"]
SECOND = ["牛肉面馆", "烘焙", "火锅", "美发", "书店", "药房", "运动", "摄影", "茶庄", "饭店", "服饰", "水果", "超市"]
LATITUDE = "20 + (n::bigint * 7919 % 200000) / 10000.0"  # all over China, the same in every run
LONGITUDE = "100 + (n::bigint * 104729 % 200000) / 10000.0"
PAGES = {
    "directory, first page": "/alliance", "directory, page 50 or last": "/alliance?page={page}",
    "directory, name": "/alliance?q=牛肉面", "directory, one character": "/alliance?q=牛",
    "directory, name and open": "/alliance?q=牛肉面&open=1",
    "directory, category": "/alliance?category={category}",
    "directory, city": "/alliance?city=City 007", "directory, near me": "/alliance?near=31.23,121.47",
    "directory, open now": "/alliance?open=1", "directory, near and open": "/alliance?near=31.23,121.47&open=1",
    "directory, nothing fits": "/alliance?q=没有这样的店",
    "store's page": "/alliance/store/{store}", "store's payment page": "/alliance/store/{store}/pay",
    "merchant's sales": "/my/store", "merchant's payments": "/my/store/payments",
    "merchant's dashboard": "/my/store/dashboard", "dashboard, today": "/my/store/dashboard?span=day",
    "dashboard, 90 days": "/my/store/dashboard?span=quarter",
}


def measure(database: str, _options) -> bool:
    """Print each page's median time with few and with many merchants; return whether all ratios meet the aim."""
    many = ScratchDatabase(database)
    with many.open_env() as env:
        ids = prepare(env)
        add_merchants(env, ids, FEW - 1, SALES_OF_FEW)
    forget(database)  # what is open cannot be cloned
    with clone(database) as few:
        started = time.monotonic()
        with many.open_env() as env:
            add_merchants(env, ids, MANY - FEW, SALES_OF_MANY - SALES_OF_FEW - OWN_SALES)
        for scratch in (few, many):
            tidy(scratch)
        print(f"{MANY:,} merchants and {SALES_OF_MANY:,} sales made in {time.monotonic() - started:.0f} s")
        with few.serve() as small, many.serve() as large:
            times = time_pages({"few": small, "many": large}, ids)
    print(f"{'page':32} {FEW:>8} {MANY:>8}  ratio (median of {REQUESTS}, milliseconds)")
    for name, (small, large) in times.items():
        print(f"{name:32} {small * 1000:8.1f} {large * 1000:8.1f}  {large / small:.2f}")
    worst = max(times, key=lambda name: times[name][1] / times[name][0])
    ratio = times[worst][1] / times[worst][0]
    print(f"worst: {worst}, {ratio:.2f}; aim: at most {AIM}")
    return ratio <= AIM


def tidy(scratch):
    """Let PostgreSQL know what it holds, as it does by itself sooner or later."""
    connection = scratch.connect()
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()


def prepare(env):
    """Make one merchant with a login, a contract and its sales; return the ids."""
    place = env["res.partner"].create({
        "name": "Place", "type": "other", "street": "1 Road", "city": "City 000", "partner_latitude": 31.2,
        "partner_longitude": 121.4, "country_id": env.ref("base.cn").id})
    calendar = env["resource.calendar"].create({"name": "Hours", "tz": "Asia/Shanghai", "attendance_ids": [
        Command.clear(), *(Command.create({
            "name": day, "dayofweek": day, "hour_from": 8, "hour_to": 22, "day_period": "full_day"})
            for day in "0123456")]})
    partner = env["res.partner"].create({"name": "Merchant", "is_company": True})
    merchant = env["alliance.merchant"].create({
        "name": "老街牛肉面馆", "partner_id": partner.id, "scene": "alliance", "state": "active",
        "store_ids": [Command.create({
            "name": "老街牛肉面馆", "scene": "alliance", "partner_id": place.id, "calendar_id": calendar.id,
            "category_id": env.ref("merchant_alliance.category_food").id})]})
    contract = env["alliance.contract"].create({
        "merchant_id": merchant.id, "date_start": "2020-01-01", "line_ids": [Command.create({"rate": 10})]})
    contract._activate("Boss")
    shopper = env["res.partner"].create({"name": "Shopper"})
    sale = env["alliance.qualified.sale"]._register_sales([{
        "idempotency_key": "bench,0", "partner": shopper, "store": merchant.store_ids,
        "sale_datetime": fields.Datetime.now(), "cash_cents": 10_000}])
    env.flush_all()
    add_sales(env, sale, OWN_SALES - 1, "own", {})
    create_user(env, "merchant", "bench_boss").partner_id.parent_id = partner
    create_user(env, "shopper", "bench_shopper")
    return {"merchant": merchant.id, "store": merchant.store_ids.id, "sale": sale.id, "place": place.id,
            "calendar": calendar.id, "category": merchant.store_ids.category_id.id}


def add_sales(env, sale, count, prefix, changes):
    multiply(env.cr, sale, sale, count, {
        "idempotency_key": f"'bench,{prefix},' || n", "name": f"'{prefix}' || n",
        "sale_datetime": "t.sale_datetime - (n % 525600) * interval '1 minute'", **changes})


def add_merchants(env, ids, count, sales):
    """Add merchants like the first one, each with a store of its own, and spread sales over them."""
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")  # copies of sound rows; no foreign key is wrong
    merchant = env["alliance.merchant"].browse(ids["merchant"])
    calendar = env["resource.calendar"].browse(ids["calendar"])
    partners = multiply(cr, merchant.partner_id, merchant.partner_id, count, {
        "name": "'Merchant ' || n", "complete_name": "'Merchant ' || n"})
    cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id >= %s", (partners,))
    places = multiply(cr, merchant.partner_id, env["res.partner"].browse(ids["place"]), count, {
        "city": "'City ' || lpad((n % 300)::text, 3, '0')", "street": "n || ' Road'",
        "partner_latitude": LATITUDE, "partner_longitude": LONGITUDE})
    merchants = multiply(cr, merchant, merchant, count, {"partner_id": f"{partners} + n"})
    # two halves of the day: about half of the stores are open whenever this runs
    calendars = multiply(cr, calendar, calendar, count, {
        "tz": "CASE WHEN n % 2 = 0 THEN 'Asia/Shanghai' ELSE 'America/New_York' END"})
    for attendance in calendar.attendance_ids:
        multiply(cr, attendance, attendance, count, {
            "calendar_id": f"{calendars} + n", "hour_from": "7 + n % 5", "hour_to": "18 + n % 6"})
    stores = multiply(cr, merchant.store_ids, merchant.store_ids, count, {
        "merchant_id": f"{merchants} + n", "partner_id": f"{places} + n", "calendar_id": f"{calendars} + n",
        "category_id": "(SELECT min(id) FROM alliance_category) + n % 13",
        "city": "'City ' || lpad((n % 300)::text, 3, '0')",
        "latitude": LATITUDE, "longitude": LONGITUDE})
    chance = random.Random(SEED)
    # few of them have all the same trade: a page shows about as many stores as with many merchants
    trades = SECOND[:1] if count < FEW else SECOND
    names = [f"{chance.choice(FIRST)}{chance.choice(trades)}{number}" for number in range(count)]
    fill_column(cr, "alliance_store", "search_terms", [
        (stores + number, " ".join(sorted(get_terms(name)))) for number, name in enumerate(names)])
    fill_column(cr, "alliance_merchant", "name", [(merchants + number, name) for number, name in enumerate(names)])
    cr.execute("""UPDATE alliance_store s SET name = jsonb_build_object('en_US', m.name)
                    FROM alliance_merchant m WHERE m.id = s.merchant_id AND s.id >= %s""", (stores,))
    add_sales(env, env["alliance.qualified.sale"].browse(ids["sale"]), sales, f"m{merchants}", {
        "merchant_id": f"{merchants} + n % {count}", "store_id": f"{stores} + n % {count}"})
    env.invalidate_all()


def time_pages(servers, ids):
    """Return ``{page: (seconds with few, seconds with many)}``: medians of requests that take turns."""
    visitors = {
        (name, login): log_in(server.url, login)
        for name, server in servers.items() for login in (None, "bench_boss", "bench_shopper")}
    medians = {}
    for name, path in PAGES.items():
        login = "bench_boss" if path.startswith("/my") else "bench_shopper" if "/pay" in path else None
        taken = {size: [] for size in servers}
        for _number in range(REQUESTS + WARM_UP):
            for size, server in servers.items():
                url = server.url + path.format(page=50 if size == "many" else 1, **ids)
                started = time.perf_counter()
                answer = visitors[size, login].get(url)
                taken[size].append(time.perf_counter() - started)
                if answer.status_code != 200:
                    raise AssertionError(f"{url}: {answer.status_code}")
        medians[name] = tuple(statistics.median(taken[size][WARM_UP:]) for size in servers)
    return medians


def log_in(url, login):
    """Return a browser, logged in where ``login`` is given."""
    session = requests.Session()
    if login:
        token = session.get(f"{url}/web/login").text.split('name="csrf_token" value="')[1].split('"')[0]
        session.post(f"{url}/web/login", data={"login": login, "password": get_password(login), "csrf_token": token})
    return session
