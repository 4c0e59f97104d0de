from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents


class VoucherWallet(models.Model):
    """Two wallets become one, when their holders turn out to be one person."""

    _inherit = "voucher.wallet"

    merge_ids = fields.One2many(
        "alliance.holder.merge", "wallet_id", string="Merged Contacts",
        groups="merchant_alliance.group_operator,merchant_alliance.group_auditor,"
               "voucher_settlement.group_settlement_maker,voucher_settlement.group_settlement_checker")

    def _absorb(self, other):
        """Take over all that is in the wallet ``other``; both are locked and credited up to the last settlement.

        What was earned and credited is added up as it is: the sums over all wallets stay, to the last decimal, and
        with them what settlements have set aside. Two floors can leave up to a cent more uncredited than one would
        have; the next credit brings it.

        :param other: a wallet of the same company
        :return: what one owed that was paid out of the other's free vouchers (float, company currency)
        """
        self.ensure_one()
        self.env.flush_all()
        wallets = {"kept": self.id, "gone": other.id}
        self.env.execute_query(SQL(
            """UPDATE voucher_wallet kept
                  SET earned = kept.earned + gone.earned, credited = kept.credited + gone.credited,
                      debt = kept.debt + gone.debt,
                      balance_deduction = kept.balance_deduction + gone.balance_deduction,
                      balance_shopping = kept.balance_shopping + gone.balance_shopping,
                      held_deduction = kept.held_deduction + gone.held_deduction,
                      held_shopping = kept.held_shopping + gone.held_shopping
                 FROM voucher_wallet gone WHERE kept.id = %(kept)s AND gone.id = %(gone)s RETURNING kept.id""",
            **wallets))
        for table in ("voucher_lot", "voucher_hold"):
            self.env.execute_query(SQL(
                "UPDATE %(table)s SET wallet_id = %(kept)s, partner_id = %(partner)s WHERE wallet_id = %(gone)s"
                " RETURNING id", table=SQL.identifier(table), partner=self.partner_id.id, **wallets))
        self.env.execute_query(SQL(
            "UPDATE voucher_entry SET wallet_id = %(kept)s WHERE wallet_id = %(gone)s RETURNING id", **wallets))
        self.env.invalidate_all()
        return self._pay_debt_of_merged(other.id)

    def _pay_debt_of_merged(self, gone_id):
        """Pay what is owed out of the vouchers that are free: those that expire last at first, as refunds do."""
        if not self.debt:
            return 0.0
        lots = self.lot_ids.filtered(lambda lot: lot._get_free_cents() > 0).sorted(
            lambda lot: (lot.kind == "deduction", lot.expires_on, lot.id), reverse=True)
        entries = self._prepare_debt_entries(
            [(lot, lot._get_free_cents(), f"merge,{gone_id},{lot.id}") for lot in lots])
        self._book(entries)
        return float(from_cents(-sum(vals["amount"] for vals in entries), self.currency_id))

    def _delete_empty(self):
        """Delete wallets whose everything has been taken over; their payment codes are void from now on."""
        ids = tuple(self.ids)
        self.env.execute_query(SQL("DELETE FROM voucher_payment_code WHERE wallet_id IN %s RETURNING id", ids))
        self.env.execute_query(SQL("DELETE FROM voucher_wallet WHERE id IN %s RETURNING id", ids))
        self.env.invalidate_all()
