"""Which ledger rows are on statements, and what each adds to which figure.

Read by issuing (rows get their statement, figures are added up) and by the list of lines, so that both are the same.
SQL; ``r`` is the ledger's row, ``%(zone)s`` the company's time zone. Nothing in here comes from a client.
"""

from dataclasses import dataclass

from odoo.addons.merchant_alliance.models.alliance_qualified_sale import NUMBER

DAY = "({column} AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date"


@dataclass(frozen=True)
class Source:
    """One ledger: its model, from where a row's day comes, and its figures."""

    model: str
    day: str  # the day that decides on which statement a row is
    figures: dict  # column of the statement -> expression over r, summed up
    condition: str = "TRUE"
    kind: str = "NULL"  # what a line is, within its ledger
    document: str = "r.name"
    joins: str = ""
    store: str = "NULL::integer"

    @property
    def table(self):
        return self.model.replace(".", "_")


SOURCES = {
    "sale": Source(
        "alliance.qualified.sale", DAY.format(column="r.sale_datetime"), {
            "concession_amount": "-r.concession_amount",
            "commission_amount": "-COALESCE(r.alloc_commission, 0)",
            "cash_amount": "r.cash_amount",
            "sale_count": "(r.kind = 'sale')::int",
            "refund_count": "(r.kind = 'refund')::int",
        }, kind="r.kind", document=NUMBER.format(column="r.id"), store="r.store_id"),
    "deposit": Source(
        "alliance.deposit.entry", "r.date", {
            "deposit_in": "CASE WHEN r.kind = 'topup' THEN r.amount ELSE 0 END",
            "deposit_out": "CASE WHEN r.kind = 'withdrawal' THEN r.amount ELSE 0 END",
            "deposit_drawn": "CASE WHEN r.kind = 'funding' THEN r.amount ELSE 0 END",
            "account_drawn": "CASE WHEN r.kind = 'funding' THEN -r.amount ELSE 0 END",
        }, kind="r.kind", document="r.reference"),
    "collected": Source(
        "alliance.payment.share", "r.date", {"collected_amount": "r.amount"},
        # what vouchers paid is owed from the escrow, with all other vouchers
        condition="r.is_voucher IS NOT TRUE AND r.is_own IS NOT TRUE",
        document="o.name", joins="JOIN sale_order o ON o.id = r.order_id"),
    "split": Source(
        "split.entry", "r.date", {"account_split": "-r.amount"}, kind="r.kind"),
    "voucher": Source(
        "voucher.entry", DAY.format(column="r.date"), {
            "redeemed_amount": "CASE WHEN r.correction_id IS NULL THEN -r.amount ELSE 0 END",
            "corrected_amount": "CASE WHEN r.correction_id IS NOT NULL THEN -r.amount ELSE 0 END",
        }, condition="r.kind IN ('redeem', 'restore')",
        kind="CASE WHEN r.correction_id IS NULL THEN r.kind ELSE 'correction' END",
        document="h.name", joins="LEFT JOIN voucher_hold h ON h.id = r.hold_id", store="h.store_id"),
    "reimbursement": Source(
        "voucher.reimbursement", "(SELECT m.date FROM account_move m WHERE m.id = r.move_id)",
        {"reimbursed_amount": "-r.amount", "account_reimbursed": "r.amount"},
        condition="r.state IN ('paid', 'returned')", kind="r.state"),
    "payout": Source(
        "payout.line", "r.paid_on", {"payout_amount": "-r.amount"},
        condition="r.kind = 'merchant' AND r.state = 'paid'"),
}

# account -> its movements: opening + movements = closing
ACCOUNTS = {
    "deposit": ("deposit_in", "deposit_out", "deposit_drawn"),
    "account": ("collected_amount", "account_split", "concession_amount", "account_drawn", "account_reimbursed",
                "payout_amount"),
    "voucher": ("redeemed_amount", "corrected_amount", "reimbursed_amount"),
}

# figure -> what it consists of: told besides, for its money has been counted
CONTENTS = {"concession_amount": ("commission_amount", "rewards_amount")}
