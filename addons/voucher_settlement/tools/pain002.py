"""Reads the bank's answer to a payout: ISO 20022 pain.002 (customer payment status report), any version from 03 on."""

from odoo.tools import LazyTranslate

from . import iso20022
from .file_error import FileError

_lt = LazyTranslate(__name__, default_lang="en_US")
PAID = {"ACCC", "ACSC"}  # settlement completed
FAILED = {"RJCT", "CANC"}
PENDING = {"ACCP", "ACFC", "ACPT", "ACSP", "ACTC", "ACWC", "ACWP", "BLCK", "PATC", "PART", "PDNG", "PRES", "RCVD"}


def read(content, message_id):
    """Return the answers as dicts.

    Keys: ``where`` (of the file), ``reference`` (end-to-end reference; None: all payments), ``status`` (``paid``,
    ``failed`` or ``pending``), ``amount`` (``Decimal`` or None), ``currency``, ``reason``, ``bank_reference``, ``day``.

    :param bytes content: the file
    :param str message_id: of the pain.001 that it must answer
    :raise FileError: it is none, answers another file, or says what is not known
    """
    report = iso20022.parse(content, "pain", "002")
    group = report.orgnl_grp_inf_and_sts
    if group.orgnl_msg_id != message_id:
        raise FileError(_lt("it answers %(answered)s, not %(asked)s", answered=group.orgnl_msg_id, asked=message_id))
    rows = []
    for instruction in report.orgnl_pmt_inf_and_sts:
        rows += [_read_transaction(found, number)
                 for number, found in enumerate(instruction.tx_inf_and_sts, start=len(rows) + 1)]
        if not instruction.tx_inf_and_sts and instruction.pmt_inf_sts:
            rows.append(_make_row("PmtInfSts", None, instruction.pmt_inf_sts, instruction.sts_rsn_inf))
    if not rows and group.grp_sts:
        rows.append(_make_row("GrpSts", None, group.grp_sts, group.sts_rsn_inf))
    return rows


def _read_transaction(found, number):
    where = f"TxInfAndSts {number}"
    if not found.orgnl_end_to_end_id:
        raise FileError(_lt("%(where)s: %(name)s is missing", where=where, name="OrgnlEndToEndId"))
    row = _make_row(where, found.orgnl_end_to_end_id, found.tx_sts, found.sts_rsn_inf)
    row["bank_reference"] = found.acct_svcr_ref or ""
    amount = found.orgnl_tx_ref and found.orgnl_tx_ref.amt and found.orgnl_tx_ref.amt.instd_amt
    if amount:
        row |= {"amount": amount.value, "currency": amount.ccy}
    accepted = found.accptnc_dt_tm
    if accepted and row["status"] == "paid":
        row["day"] = accepted.to_datetime().date()
    return row


def _make_row(where, reference, status, reasons):
    status = getattr(status, "value", status)  # versions up to 09 have an enumeration
    kinds = {"paid": PAID, "failed": FAILED, "pending": PENDING}
    kind = next((kind for kind, codes in kinds.items() if status in codes), None)
    if not kind:
        raise FileError(_lt("%(where)s: the status %(status)s is not known", where=where, status=status))
    texts = []
    for reason in reasons:
        if reason.rsn:
            texts.append(str(getattr(reason.rsn.cd, "value", reason.rsn.cd) or reason.rsn.prtry))
        texts += reason.addtl_inf
    return {"where": where, "reference": reference, "status": kind, "amount": None, "currency": None,
            "reason": " ".join(texts)[:500], "bank_reference": "", "day": None}
