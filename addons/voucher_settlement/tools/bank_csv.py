"""CSV files to and from the bank: UTF-8, a header line, a comma or semicolon between fields, a point in amounts."""

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation

from odoo.tools import LazyTranslate

from .file_error import FileError

_lt = LazyTranslate(__name__, default_lang="en_US")
ORDER = ["reference", "name", "account", "bank", "bic", "clearing", "currency", "amount", "text"]
ACKNOWLEDGEMENT = ["reference", "amount", "status"]
STATUSES = {"paid": "paid", "failed": "failed", "pending": "pending"}
MAX_BYTES = 20_000_000


def write_order(order):
    """Return a payout as CSV (bytes), for banks that take no pain.001.

    :raise FileError: a field begins like a formula or has a line break, which a bank could misread
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(ORDER)
    for payment in order["payments"]:
        amount = f"{payment['amount']:.{order['decimals']}f}"
        row = [{**payment, "currency": order["currency"], "amount": amount}[key] for key in ORDER]
        for key, value in zip(ORDER, row, strict=True):
            if (str(value)[:1] in "=+-@" and value) or any(sign in str(value) for sign in "\r\n\t"):
                raise FileError(_lt("%(where)s: %(name)s “%(value)s” is not allowed in a bank file",
                                    where=payment["reference"], name=key, value=value))
        writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")


def read_acknowledgement(content):
    """Return the bank's answers as dicts with the keys of ``pain002.read``.

    Columns: ``reference``, ``amount``, ``status`` (paid, failed, pending); ``currency``, ``reason``,
    ``bank_reference`` and ``date`` (YYYY-MM-DD) if it has them.

    :raise FileError: names the line and what is wrong with it
    """
    rows = []
    for where, row in read_rows(content, ACKNOWLEDGEMENT):
        status = STATUSES.get(row["status"].lower())
        if not status:
            raise FileError(_lt("%(where)s: status “%(status)s” is none of %(allowed)s", where=where,
                                status=row["status"], allowed=", ".join(STATUSES)))
        rows.append({
            "where": where, "reference": row["reference"], "status": status,
            "amount": read_amount(row["amount"], where, "amount"), "currency": row.get("currency"),
            "reason": row.get("reason", "")[:500], "bank_reference": row.get("bank_reference", ""),
            "day": read_day(row["date"], where) if row.get("date") else None})
    return rows


def read_rows(content, needed):
    """Return ``[(where, {column: text})]`` of a CSV file with at least the columns ``needed``; where: “line 2”.

    :raise FileError: no text, a column is missing, or a line has more or fewer fields than the header
    """
    if len(content) > MAX_BYTES:
        raise FileError(_lt("more than %s MB", MAX_BYTES // 1_000_000))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(_lt("it is not UTF-8")) from error
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        lines = [(reader.line_num, [field.strip() for field in line]) for line in reader]
    except csv.Error as error:
        raise FileError(_lt("line %(number)s: %(error)s", number=reader.line_num, error=str(error))) from error
    header = [name.lower() for name in lines[0][1]] if lines else []
    if missing := [name for name in needed if name not in header]:
        raise FileError(_lt("the first line must name these columns: %s", ", ".join(missing)))
    rows = []
    for number, fields in lines[1:]:
        if not any(fields):
            continue
        if len(fields) != len(header):
            raise FileError(_lt("line %(number)s: %(count)s fields, the first line has %(wanted)s", number=number,
                                count=len(fields), wanted=len(header)))
        row = dict(zip(header, fields, strict=True))
        if empty := [name for name in needed if not row[name]]:
            raise FileError(_lt("line %(number)s: %(names)s is empty", number=number, names=", ".join(empty)))
        rows.append((_lt("line %s", number), row))
    if not rows:
        raise FileError(_lt("it has no lines"))
    return rows


def read_amount(text, where, name):
    """Return an amount as ``Decimal``, digits with a point; refuse anything else."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or "e" in text.lower() or amount.as_tuple().exponent < -5:
        raise FileError(_lt(
            "%(where)s: %(name)s “%(text)s” is no amount like 1234.50", where=where, name=name, text=text))
    return amount


def read_day(text, where):
    """Return a day like 2026-07-31 as ``date``."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FileError(_lt("%(where)s: date “%(text)s” is no day like 2026-07-31", where=where, text=text)) from error


STATEMENT = ["date", "reference", "amount", "balance"]


def read_statement(content):
    """Return a bank statement as a dict with the keys of ``camt053.read`` (``id``, ``account``, ``currency`` empty).

    Columns: ``date``, ``reference``, ``amount`` (negative: went out), ``balance`` after the line, and ``description``.

    :raise FileError: names the line; also where a balance does not follow from the one before
    """
    lines, balance, opening = [], None, None
    for where, row in read_rows(content, STATEMENT):
        amount, after = (read_amount(row[name], where, name) for name in ("amount", "balance"))
        if balance is None:
            opening = balance = after - amount
        if balance + amount != after:
            raise FileError(_lt("%(where)s: the balance %(after)s does not follow from %(before)s and %(amount)s",
                                where=where, after=after, before=balance, amount=amount))
        balance = after
        lines.append({"where": where, "date": read_day(row["date"], where), "amount": amount,
                      "reference": row["reference"], "description": row.get("description", "")})
    return {"id": "", "account": "", "currency": "", "date": max(line["date"] for line in lines),
            "opening": opening, "closing": balance, "lines": lines}
