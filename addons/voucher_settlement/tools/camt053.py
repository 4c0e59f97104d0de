"""Reads bank statements: ISO 20022 camt.053 (bank to customer statement), any version from 02 on."""

from decimal import Decimal

from odoo.tools import LazyTranslate

from . import iso20022
from .file_error import FileError

_lt = LazyTranslate(__name__, default_lang="en_US")
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(content):
    """Return the statements of a file as dicts.

    Keys: ``id``, ``account`` (number), ``currency``, ``date`` (of the closing balance), ``opening`` and ``closing``
    (``Decimal``, negative: overdrawn) and ``lines``: dicts with ``where``, ``date``, ``amount`` (``Decimal``, positive:
    came in), ``reference`` and ``description``. Entries that are not booked yet are left out.

    :raise FileError: no such file, or an entry without date or reference
    """
    message = iso20022.parse(content, "camt", "053")
    return [_read_statement(statement) for statement in message.stmt]


def _read_statement(statement):
    number = statement.acct.id
    opening, closing = (_find_balance(statement, codes) for codes in (OPENING, CLOSING))
    return {
        "id": statement.id, "account": number.iban or number.othr.id,
        "currency": closing.amt.ccy, "date": _get_day(closing.dt),
        "opening": _sign(opening), "closing": _sign(closing),
        "lines": [_read_entry(entry, position) for position, entry in enumerate(statement.ntry, start=1)
                  if _get_code(entry.sts) == "BOOK"]}


def _find_balance(statement, codes):
    for balance in statement.bal:
        if _get_code(balance.tp.cd_or_prtry) in codes:
            return balance
    raise FileError(_lt("statement %(name)s: the balance %(code)s is missing", name=statement.id, code=codes[0]))


def _read_entry(entry, position):
    where = _lt("entry %s", position)
    day = entry.bookg_dt or entry.val_dt
    if not day:
        raise FileError(_lt("%(where)s: %(name)s is missing", where=where, name="BookgDt"))
    details = [found for detail in entry.ntry_dtls for found in detail.tx_dtls]
    texts = [entry.addtl_ntry_inf, *(text for found in details for text in _get_texts(found))]
    reference = entry.acct_svcr_ref or entry.ntry_ref
    if not reference:
        raise FileError(_lt(
            "%(where)s: %(name)s is missing, the entry could be taken in twice", where=where, name="AcctSvcrRef"))
    return {"where": where, "date": _get_day(day), "amount": _sign(entry), "reference": reference,
            "description": " ".join(dict.fromkeys(text for text in texts if text))}


def _get_texts(found):
    texts = [found.addtl_tx_inf]
    if found.refs:
        texts += [found.refs.end_to_end_id, found.refs.instr_id]
    if found.rmt_inf:
        texts += found.rmt_inf.ustrd
    return texts


def _sign(amount):
    """Return a balance's or an entry's amount with its sign."""
    value = Decimal(amount.amt.value)
    return value if amount.cdt_dbt_ind.value == "CRDT" else -value


def _get_code(choice):
    code = getattr(choice, "cd", choice)
    return getattr(code, "value", code)


def _get_day(choice):
    if choice.dt:
        return choice.dt.to_date()
    return choice.dt_tm.to_datetime().date()
