from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from .common import SettlementCommon


class EscrowCommon(SettlementCommon):
    """Builders for the books: money in escrow, vouchers spent, entries read back in cents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.posting = cls.env["escrow.posting"]
        cls.escrow_bank = cls.posting._get_account("escrow_bank", cls.company)
        cls.pool_account = cls.posting._get_account("rebate_pool", cls.company)
        cls.operating = cls.posting._get_account("operating_bank", cls.company)
        cls.misc = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "general"), ("code", "=", "MISC")], limit=1)

    def _held(self, key, company=None):
        """Return the posted balance of a role or operating key in units, nothing posted first."""
        return float(from_cents(self.posting._get_balance(key, company or self.company), self.currency))

    def _redeem(self, amount, store=None):
        """Spend ``amount`` units of the shopper's vouchers; return the captured hold."""
        return self._authorize(to_cents(float(amount), self.currency), store or self.mall)._capture()

    def _get_lines(self, move):
        """Return ``{escrow role or operating key: balance}`` of an entry."""
        names = {self.posting._get_account(key, move.company_id): key for key in (
            "escrow_bank", "rebate_pool", "vouchers_outstanding", "redeemed_due", "risk_reserve",
            "operating_bank", "merchant_clearing", "merchant_deposit", "concession_transit",
            "concession_expense", "platform_fee", "commission_payable", "voucher_accepted")}
        lines = {}
        for line in move.line_ids:
            key = names.get(line.account_id, line.account_id.name)
            lines[key] = self.currency.round(lines.get(key, 0.0) + line.balance)
        return lines

    def _check_commit(self):
        """Run what PostgreSQL would check at the commit."""
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")

    def _prepare_theft(self, amount=0.01, **vals):
        """Return values of an entry that takes ``amount`` from the escrow bank to operations."""
        return {
            "move_type": "entry", "journal_id": self.misc.id,
            "line_ids": [
                (0, 0, {"account_id": self.operating.id, "debit": amount}),
                (0, 0, {"account_id": self.escrow_bank.id, "credit": amount})],
            **vals}
