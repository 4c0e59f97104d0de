"""How two contacts are known to live together: what they have in common, written in one way.

* phone: digits with the country code (E.164); without a known country the digits alone
* e-mail: lower case, without what follows a "+" before the "@"
* address: street, second line and city, letters and digits only, full-width forms and case made equal;
  without a street, or without a city, there is nothing to compare
* bank account: letters and digits only, upper case
"""

import unicodedata

MIN_PHONE_DIGITS = 7


def normalize_phone(number, formatted=None):
    """Return the phone number to compare, or "" (too short to be one).

    :param formatted: the number as E.164, where it could be read as one
    """
    digits = "".join(filter(str.isdigit, unicodedata.normalize("NFKC", formatted or number or "")))
    return digits if len(digits) >= MIN_PHONE_DIGITS else ""


def normalize_email(address):
    """Return the e-mail address to compare, or ""."""
    name, at, domain = unicodedata.normalize("NFKC", address or "").strip().casefold().rpartition("@")
    name = name.split("+", 1)[0]
    return f"{name}@{domain}" if at and name and domain else ""


def normalize_address(street, street2, city):
    """Return the address to compare, or ""."""
    parts = [_letters(part) for part in (street, street2, city)]
    return "|".join((parts[0] + parts[1], parts[2])) if parts[0] and parts[2] else ""


def normalize_account(number):
    """Return the bank account to compare, or ""."""
    return _letters(number).upper()


def _letters(text):
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text or "").casefold()))
