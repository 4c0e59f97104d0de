"""The bank file of a payout as ISO 20022 pain.001.001.09 (customer credit transfer initiation)."""

from datetime import UTC, datetime

from . import iso20022

VERSION = "09"
# What is told to the bank where a code of the national clearing stands for the payee's bank, by the payer's country.
CLEARING_SYSTEMS = {"CN": "CNAPS", "HK": "HKNCC", "TW": "TWNCC", "IN": "INFSC", "JP": "JPZGN", "AU": "AUBSB",
                    "GB": "GBDSC", "US": "USABA", "CA": "CACPA", "NZ": "NZNCC", "SG": "SGIBG"}


def build(order, now=None):
    """Return the file (bytes).

    :param dict order: ``id``, ``day`` (of execution), ``currency``, ``payer`` and ``payments``
        (see ``payout.batch._prepare_order``)
    :param datetime now: when it is made, UTC
    :raise FileError: something in it is not allowed by the schema
    """
    from xsdata.models.datatype import XmlDate, XmlDateTime

    iso = iso20022.get_module("pain", "001", VERSION)
    now = (now or datetime.now(UTC)).replace(microsecond=0, tzinfo=None)
    payments, payer = order["payments"], order["payer"]
    count, total = str(len(payments)), sum(payment["amount"] for payment in payments)
    return iso20022.write(iso.Document(cstmr_cdt_trf_initn=iso.CustomerCreditTransferInitiationV09(
        grp_hdr=iso.GroupHeader85(
            msg_id=order["id"], cre_dt_tm=XmlDateTime.from_datetime(now), nb_of_txs=count, ctrl_sum=total,
            initg_pty=iso.PartyIdentification135(nm=payer["name"])),
        pmt_inf=[iso.PaymentInstruction30(
            pmt_inf_id=order["id"], pmt_mtd=iso.PaymentMethod3Code.TRF, btch_bookg=True, nb_of_txs=count,
            ctrl_sum=total, reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=XmlDate.from_date(order["day"])),
            dbtr=iso.PartyIdentification135(nm=payer["name"]),
            dbtr_acct=_account(iso, payer, order["currency"]), dbtr_agt=_bank(iso, payer, payer["country"]),
            chrg_br=iso.ChargeBearerType1Code.SHAR,
            cdt_trf_tx_inf=[_payment(iso, payment, order) for payment in payments])])))


def _payment(iso, payment, order):
    return iso.CreditTransferTransaction34(
        pmt_id=iso.PaymentIdentification6(instr_id=payment["reference"], end_to_end_id=payment["reference"]),
        amt=iso.AmountType4Choice(instd_amt=iso.ActiveOrHistoricCurrencyAndAmount(
            value=payment["amount"], ccy=order["currency"])),
        cdtr_agt=_bank(iso, payment, order["payer"]["country"]),
        cdtr=iso.PartyIdentification135(nm=payment["name"]), cdtr_acct=_account(iso, payment),
        rmt_inf=iso.RemittanceInformation16(ustrd=[f"{payment['text']} {payment['reference']}"[:140]]))


def _account(iso, party, currency=None):
    number = iso.AccountIdentification4Choice(iban=party["account"]) if party["iban"] else \
        iso.AccountIdentification4Choice(othr=iso.GenericAccountIdentification1(id=party["account"]))
    return iso.CashAccount38(id=number, ccy=currency)


def _bank(iso, party, country):
    """Return the bank: by BIC, by the code of the national clearing, else by name."""
    clearing = None
    if party["clearing"]:
        system = CLEARING_SYSTEMS.get(country)
        clearing = iso.ClearingSystemMemberIdentification2(
            mmb_id=party["clearing"],
            clr_sys_id=iso.ClearingSystemIdentification2Choice(prtry=system) if system == "CNAPS"
            else iso.ClearingSystemIdentification2Choice(cd=system) if system else None)
    other = None if party["bic"] or clearing or party["bank"] else iso.GenericFinancialIdentification1(id="NOTPROVIDED")
    return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=iso.FinancialInstitutionIdentification18(
        bicfi=party["bic"] or None, clr_sys_mmb_id=clearing, nm=party["bank"] or None, othr=other))
