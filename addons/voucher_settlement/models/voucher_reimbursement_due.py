from odoo import api, models
from odoo.tools import SQL

KINDS = ("redeem", "restore")


class VoucherReimbursement(models.Model):
    """What is due, and which redemptions a reimbursement takes in."""

    _inherit = "voucher.reimbursement"

    def _get_unreimbursed_entries(self):
        """Return the booked redemptions, and what was given back, that no reimbursement took in yet."""
        return self.env["voucher.entry"].search([
            ("merchant_id", "=", self.merchant_id.id), ("company_id", "=", self.company_id.id),
            ("kind", "in", KINDS), ("reimbursement_id", "=", False), ("move_id", "!=", False)])

    def _get_due_by_merchant(self, merchants):
        """Return ``{merchant: amount}``: redeemed, not given back, not paid for."""
        # sudo: the sum is shown to whoever may see the reimbursement
        rows = self.env["voucher.entry"].sudo()._read_group(
            ["&", ("merchant_id", "in", merchants.ids), "&", ("kind", "in", KINDS),
             "|", ("reimbursement_id", "=", False), ("reimbursement_id.state", "not in", ("paid", "returned"))],
            ["merchant_id"], ["amount:sum"])
        due = dict.fromkeys(merchants, 0.0)
        due.update({merchant.with_env(self.env): -amount for merchant, amount in rows})
        return due

    def _take_in(self, entries):
        """Note on the ledger's rows that this reimbursement pays for them."""
        self.env["escrow.posting"]._link_records(
            "voucher.entry", "reimbursement_id", [(entries.ids, self)])
        self.invalidate_recordset(["entry_ids"])

    def _let_go(self):
        """Make this reimbursement's redemptions due again."""
        self.env["voucher.entry"].flush_model()
        self.env.execute_query(SQL(
            "UPDATE voucher_entry SET reimbursement_id = NULL WHERE reimbursement_id = %s", self.id))
        self.env["voucher.entry"].invalidate_model(["reimbursement_id"])
        self.invalidate_recordset(["entry_ids"])

    @api.model
    def _get_accepted_cents(self, entries):
        """Return how much of ``entries`` tills and checkouts of these books took in payment, in cents."""
        self.env.flush_all()
        [[amount]] = self.env.execute_query(SQL(
            """SELECT COALESCE(-SUM(e.amount), 0)::text FROM voucher_entry e
                WHERE e.id IN %s
                  AND (EXISTS (SELECT FROM pos_payment p WHERE p.voucher_hold_id = e.hold_id)
                    OR EXISTS (SELECT FROM voucher_hold h WHERE h.id = e.hold_id AND h.transaction_id IS NOT NULL))""",
            tuple(entries.ids)))
        return self.env["escrow.posting"]._to_cents(amount, entries.company_id)
