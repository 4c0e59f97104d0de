"""What a merchant may write into the form of a campaign, field by field."""

from odoo import fields
from odoo.exceptions import UserError

from ..models.alliance_campaign import SEGMENTS, TEXT_LIMIT
from ..tools.amount import parse_typed_amount
from ..tools.money import from_cents


def read_campaign(env, merchant, post):
    """Return ``(values of alliance.campaign, {field: what is wrong})``; nothing but these values gets through.

    :param merchant: the user's own ``alliance.merchant``
    :param dict post: texts of the form
    """
    errors = {}
    vals = {
        "name": _read_text(env, post, "name", 120, errors), "body": _read_text(env, post, "body", TEXT_LIMIT, errors),
        "kind": "coupon" if post.get("kind") == "coupon" else "message",
        "segment": _read_choice(env, post, "segment", dict(SEGMENTS), errors),
        "days": _read_number(env, post, "days", 1, 730, errors, 30),
        "top_count": _read_number(env, post, "top_count", 1, 100_000, errors, 100), "categ_id": False}
    if vals["segment"] == "category":
        categories = merchant._get_sold_categories()
        chosen = categories.filtered(lambda own: str(own.id) == str(post.get("categ_id")))
        if not chosen:
            errors["categ_id"] = env._("Please choose a category of goods that you have sold.")
        vals["categ_id"] = chosen.id
    if vals["kind"] == "coupon":
        vals |= _read_coupon(env, merchant, post, errors)
    return vals, errors


def _read_coupon(env, merchant, post, errors):
    currency = merchant.currency_id
    vals = {
        "discount": "percent" if post.get("discount") == "percent" else "amount",
        "discount_amount": 0, "discount_percent": 0, "discount_max": 0,
        "purchase_min": _read_amount(env, post, "purchase_min", currency, errors, optional=True),
        "valid_from": _read_day(env, post, "valid_from", errors), "valid_to": _read_day(env, post, "valid_to", errors)}
    if vals["discount"] == "percent":
        vals["discount_percent"] = _read_number(env, post, "discount_percent", 1, 90, errors, None)
        vals["discount_max"] = _read_amount(env, post, "discount_max", currency, errors, optional=True)
    else:
        vals["discount_amount"] = _read_amount(env, post, "discount_amount", currency, errors)
        if "discount_amount" not in errors and vals["purchase_min"] <= vals["discount_amount"]:
            errors.setdefault("purchase_min", env._("The minimum purchase must be more than the amount off."))
    if vals["valid_from"] and vals["valid_to"]:
        today = merchant.company_id._get_day()
        if vals["valid_to"] < max(vals["valid_from"], today):
            errors["valid_to"] = env._("The last day must not be before the first day, nor in the past.")
    return vals


def _read_text(env, post, name, limit, errors):
    text = (post.get(name) or "").replace("\r\n", "\n").strip()
    if not text:
        errors[name] = env._("Please fill this in.")
    elif len(text) > limit:
        errors[name] = env._("At most %s characters.", limit)
    return text[:limit]


def _read_choice(env, post, name, choices, errors):
    if post.get(name) not in choices:
        errors[name] = env._("Please choose one of these.")
        return next(iter(choices))
    return post[name]


def _read_number(env, post, name, least, most, errors, default):
    text = (post.get(name) or "").strip()
    if not text and default is not None:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
        errors[name] = env._("A whole number from %(least)s to %(most)s.", least=least, most=most)
        return least
    return int(text)


def _read_amount(env, post, name, currency, errors, optional=False):
    text = (post.get(name) or "").strip()
    if optional and text.strip("0.,") == "":
        return 0
    try:
        return from_cents(parse_typed_amount(env, text, currency), currency)
    except UserError as error:
        errors[name] = str(error)
        return 0


def _read_day(env, post, name, errors):
    try:
        day = fields.Date.to_date(post.get(name) or None)
    except ValueError:
        day = None
    if not day:
        errors[name] = env._("Please choose a day.")
    return day
