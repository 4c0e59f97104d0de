from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class VoucherWallet(models.Model):
    """Wallets of closed accounts: whatever still comes in lapses at once, and goes to the rebate pool."""

    _inherit = "voucher.wallet"

    closed = fields.Boolean(
        readonly=True, help="The account was closed: nothing can be held, and whatever comes in lapses at once.")

    _closed_is_empty = models.Constraint(
        "CHECK (closed IS NOT TRUE OR (balance_deduction = 0 AND balance_shopping = 0))",
        "A closed wallet is empty.")

    def _set_closed(self, closed):
        """Close these locked wallets, which are empty, or open them again."""
        if self:
            self.env.execute_query(SQL(
                "UPDATE voucher_wallet SET closed = %s WHERE id IN %s RETURNING id", closed, tuple(self.ids)))
            self.invalidate_recordset(["closed"])

    def _book(self, entries, held=()):
        return super()._book([*entries, *self._prepare_lapsed_entries(entries)], held)

    def _prepare_lapsed_entries(self, entries):
        """Return the entries by which what ``entries`` bring into closed wallets lapses at once."""
        wallets = self.sudo().browse({vals["wallet_id"] for vals in entries if vals["amount"] > 0})
        closed, net = wallets.filtered("closed"), {}
        for vals in entries:
            if vals["wallet_id"] in closed.ids and vals["amount"]:
                first, cents = net.get(vals["lot_id"], (vals, 0))
                net[vals["lot_id"]] = first, cents + vals["amount"]
        lots = self.env["voucher.lot"].sudo()
        return [
            lots.browse(lot_id)._prepare_entry("expire", -cents, f"closed,{first['idempotency_key']}")
            for lot_id, (first, cents) in net.items() if cents > 0]

    def _check_authorization(self, *args):
        result = super()._check_authorization(*args)
        if self.closed:
            raise UserError(self.env._("This account is closed; it has no vouchers."))
        return result
