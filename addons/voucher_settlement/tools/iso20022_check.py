"""Checks messages against the rules of their schema, which the generated classes carry in their fields' metadata."""

import dataclasses
import re
from decimal import Decimal
from enum import Enum


def find_errors(value, path=""):
    """Return what breaks the schema's rules in a message object, as texts that begin with the path.

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
            errors.append(f"{where}: is missing")
        if many and len(items) > rules.get("max_occurs", len(items)):
            errors.append(f"{where}: at most {rules['max_occurs']} allowed")
        for item in items:
            errors += find_errors(item, where) if dataclasses.is_dataclass(item) else _check(item, rules, where)
    # a choice has one of its parts
    if type(value).__name__.endswith("Choice") and sum(
            getattr(value, field.name) not in (None, []) for field in dataclasses.fields(value)) != 1:
        errors.append(f"{path}: exactly one of its parts must be given")
    return errors


def _check(item, rules, where):
    item = item.value if isinstance(item, Enum) else item
    if isinstance(item, str):
        if "pattern" in rules and not re.fullmatch(rules["pattern"], item):
            return [f"{where}: “{item}” is not allowed"]
        low, high = rules.get("min_length", 0), rules.get("max_length", len(item))
        if not low <= len(item) <= high:
            return [f"{where}: “{item}” must have {low} to {high} characters"]
        if bad := [sign for sign in item if ord(sign) < 32]:
            return [f"{where}: “{item}” has the control character {ord(bad[0])}"]
    if isinstance(item, Decimal):
        return _check_number(item, rules, where)
    return []


def _check_number(item, rules, where):
    _sign, digits, exponent = item.as_tuple()
    fraction, total = max(0, -exponent), max(len(digits) + max(0, exponent), -exponent)
    if item < rules.get("min_inclusive", item) or item <= rules.get("min_exclusive", item - 1):
        return [f"{where}: {item} is too small"]
    if fraction > rules.get("fraction_digits", fraction) or total > rules.get("total_digits", total):
        return [f"{where}: {item} has too many digits"]
    return []
