from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents


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
            lots.browse(lot_id)._prepare_entry(
                "expire", -cents, f"closed,{first['idempotency_key']}", given_up=cents)
            for lot_id, (first, cents) in net.items() if cents > 0]

    def _check_authorization(self, *args):
        result = super()._check_authorization(*args)
        if self.closed:
            raise UserError(self.env._("This account is closed; it has no vouchers."))
        return result

    # -- taken back later ------------------------------------------------------------------------

    def _prepare_missing_entry(self, cents, lots, voucher_kind, key, free, values):
        """Nobody owes what went with the account: its money is in the pool already."""
        taken = (self, lots if voucher_kind == "shopping" else voucher_kind)  # of what is not booked yet
        part = min(max(self._get_given_up_cents(lots, voucher_kind, values) - free.get(taken, 0), 0), cents)
        vals = super()._prepare_missing_entry(cents - part, lots, voucher_kind, key, free, values)
        if not part:
            return vals
        free[taken] = free.get(taken, 0) + part
        return {**vals, "given_up": -part, "lot_id": lots[:1].id if voucher_kind == "shopping" else False}

    def _get_given_up_cents(self, lots, voucher_kind, values):
        """Return what went with the account of the vouchers that a purchase may have brought, in cents.

        Its own shopping voucher; of deduction vouchers, which are one as good as another, those that were released
        since its points are there. Less what was counted before, of the same or of younger points, or of all.
        """
        # sudo: whoever refunds
        sale = self.env["alliance.qualified.sale"].sudo().browse(values.get("qualified_sale_id") or ())
        cohort = (sale.origin_id or sale).cohort_id
        self.env["voucher.entry"].flush_model()
        self.env["alliance.qualified.sale"].flush_model(["cohort_id"])
        [[own, young, whole]] = self.env.execute_query(SQL(
            """SELECT COALESCE(SUM(e.given_up) FILTER (WHERE e.lot_id = ANY(%(lots)s)), 0)::text,
                      COALESCE(SUM(e.given_up) FILTER (WHERE COALESCE(p.number, c.number) >= %(number)s), 0)::text,
                      COALESCE(SUM(e.given_up), 0)::text
                 FROM voucher_entry e
                 LEFT JOIN voucher_lot l ON l.id = e.lot_id
                 LEFT JOIN settlement_period p ON p.id = l.period_id
                 LEFT JOIN alliance_qualified_sale s ON s.id = e.qualified_sale_id
                 LEFT JOIN alliance_qualified_sale o ON o.id = s.origin_id
                 LEFT JOIN green_points_cohort c ON c.id = COALESCE(o.cohort_id, s.cohort_id)
                WHERE e.wallet_id = %(wallet)s AND e.voucher_kind = %(kind)s AND e.given_up <> 0""",
            lots=lots.ids, number=cohort.number or 0, wallet=self.id, kind=voucher_kind))
        if voucher_kind == "shopping":
            return to_cents(Decimal(own), self.currency_id)
        return to_cents(min(Decimal(young), Decimal(whole)), self.currency_id) if cohort else 0
