"""Checks messages against the rules of their schema, which the generated classes carry in their fields' metadata."""

import dataclasses
import re
from decimal import Decimal
from enum import Enum

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__, default_lang="en_US")

def find_errors(value, path=""):
    """Return what breaks the schema's rules in a message object, as texts (to be translated) that begin with the path.

    The classes themselves check nothing when they are filled: lengths, patterns, digits and what is required stand in
    their metadata alone.
    """
    errors = []
    for field in dataclasses.fields(value):
        rules, found = field.metadata, getattr(value, field.name)
        where = f"{path}/{rules.get('name', field.name)}"
        many = isinstance(found, list | tuple)
        items = found if many else [] if found is None else [found]
        if (rules.get("required") and found is None) or (many and len(items) < rules.get("min_occurs", 0)):
            errors.append(_lt("%s: is missing", where))
        if many and len(items) > rules.get("max_occurs", len(items)):
            errors.append(_lt("%(where)s: at most %(count)s allowed", where=where, count=rules["max_occurs"]))
        for item in items:
            errors += find_errors(item, where) if dataclasses.is_dataclass(item) else _check(item, rules, where)
    # a choice has one of its parts
    if type(value).__name__.endswith("Choice") and sum(
            getattr(value, field.name) not in (None, []) for field in dataclasses.fields(value)) != 1:
        errors.append(_lt("%s: exactly one of its parts must be given", path))
    return errors


def _check(item, rules, where):
    item = item.value if isinstance(item, Enum) else item
    if isinstance(item, str):
        if "pattern" in rules and not re.fullmatch(rules["pattern"], item):
            return [_lt("%(where)s: “%(value)s” is not allowed", where=where, value=item)]
        low, high = rules.get("min_length", 0), rules.get("max_length", len(item))
        if not low <= len(item) <= high:
            return [_lt("%(where)s: “%(value)s” must have %(low)s to %(high)s characters", where=where, value=item,
                        low=low, high=high)]
        if bad := [sign for sign in item if ord(sign) < 32]:
            return [_lt("%(where)s: “%(value)s” has the control character %(code)s", where=where, value=item,
                        code=ord(bad[0]))]
    if isinstance(item, Decimal):
        return _check_number(item, rules, where)
    return []


def _check_number(item, rules, where):
    _sign, digits, exponent = item.as_tuple()
    fraction, total = max(0, -exponent), max(len(digits) + max(0, exponent), -exponent)
    if item < rules.get("min_inclusive", item) or item <= rules.get("min_exclusive", item - 1):
        return [_lt("%(where)s: %(value)s is too small", where=where, value=item)]
    if fraction > rules.get("fraction_digits", fraction) or total > rules.get("total_digits", total):
        return [_lt("%(where)s: %(value)s has too many digits", where=where, value=item)]
    return []
