"""Amounts that come from a client."""

from odoo.exceptions import UserError

from .money import from_cents, to_cents

LIMIT = 1e12
NOISE = 1e-6  # of binary floating point


def parse_amount(env, amount, currency):
    """Return a client's ``amount`` (currency units, JSON number) as an ``int`` of cents above zero.

    :raise UserError: not a number, not above zero, or finer than the currency's smallest unit
    """
    sound = isinstance(amount, (int, float)) and not isinstance(amount, bool) and 0 < amount < LIMIT
    cents = to_cents(amount, currency) if sound else 0
    if cents <= 0 or abs(amount - float(from_cents(cents, currency))) > NOISE:
        raise UserError(env._(
            "Amount: must be a number above zero, with at most %s decimals.", currency.decimal_places))
    return cents


def parse_typed(text):
    """Return the number (float) that a person has typed: "12.50", "12,50" or "￥12.50"; 0 if it is none."""
    text = (text or "").strip().strip("¥￥").replace("，", ".").replace(",", ".").replace("。", ".").strip()
    try:
        return float(text)
    except ValueError:
        return 0.0


def parse_typed_amount(env, text, currency):
    """Return cents of what a person has typed: "12.50", "12,50" or "￥12.50".

    :raise UserError: not an amount above zero that the currency can express
    """
    return parse_amount(env, parse_typed(text), currency)
