"""A merchant's own customers: who agreed to hear from it, a message with a coupon, an offer on its public page."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields

MERCHANT = "noodles"
AGREED = range(0, 36, 2)  # shoppers, by index
SENT_DAYS_AGO = 6
CAMPAIGN = ("A bowl on us", "请你吃碗面")
BODY = (
    "Dear {name},\nthe new beef noodles are here. {value} off with code {code}, until {until}.\n{shop}",
    "{name}，您好！\n新款牛肉面上市了。凭优惠码 {code} 立减 {value}，有效期至 {until}。\n{shop}")
OFFER = ("Free tea with every bowl", "每碗面送茶一杯"), ("Monday to Thursday", "周一至周四")
GREETING = ("New opening hours", "营业时间调整"), (
    "Dear {name}, from next week we open at seven. {shop}", "{name}，您好！下周起我们七点开门。{shop}")


def build(world):
    """Let shoppers agree, send them a coupon some days ago, keep a draft, and publish an offer."""
    env, merchant, text = world.env, world.merchants[MERCHANT], world.text
    for index in AGREED:
        env["alliance.consent"]._give(merchant, world.shoppers[index], "receipt" if index % 3 else "store")
    world.shoppers[0].alliance_birthday = fields.Date.subtract(world.today(), years=30, days=-3)
    with freeze_time(fields.Datetime.now() - timedelta(days=SENT_DAYS_AGO)):
        campaign = env["alliance.campaign"].create({
            "merchant_id": merchant.id, "name": text(CAMPAIGN), "body": text(BODY), "kind": "coupon",
            "discount": "amount", "discount_amount": 8, "purchase_min": 40, "valid_from": world.today(),
            "valid_to": fields.Date.add(world.today(), days=30)})
        campaign._start()
        while campaign._send_batch()[0]:
            pass
    env["alliance.campaign"].create({
        "merchant_id": merchant.id, "name": text(GREETING[0]), "body": text(GREETING[1]), "segment": "returning"})
    name, more = OFFER
    offer = env["alliance.offer"]._submit(
        merchant, {"date_from": world.today(), "date_to": fields.Date.add(world.today(), days=60)},
        {env.lang or "en_US": {"name": text(name), "text": text(more)}})
    offer.action_publish()
