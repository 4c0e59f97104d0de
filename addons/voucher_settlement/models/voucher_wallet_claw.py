from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from odoo import models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents


class VoucherWallet(models.Model):
    """Refunds: what taken points have released is cancelled, clawed back or owed."""

    _inherit = "voucher.wallet"

    def _cancel_released(self, taken):
        """Cancel what points taken back from these wallets have released so far.

        The wallets are locked and credited up to date. For each share: over = credited −
        floor_cents(earned − t). ``earned`` falls by max(t, over): no more cents return to the
        pool than the holder's exact claim falls by, so the reserve always covers what is left.

        :param list taken: ``(wallet, Decimal t, key, values)``: t = Σ base taken × accumulated
            index; ``values`` go into the ledger entries
        """
        amounts = self._read_exact()
        entries, free = [], {}
        for wallet, share, key, values in taken:
            earned, credited = amounts[wallet.id]
            currency = wallet.currency_id
            share = min(share, earned)
            credited = to_cents(credited, currency)
            # of merged wallets, less may be credited than the whole cents earned: the next credit brings it
            kept = min(_floor_cents(earned - share, currency), credited)
            over = credited - kept
            amounts[wallet.id] = (
                earned - max(share, from_cents(over, currency)), from_cents(kept, currency))
            lots = wallet.lot_ids.filtered(lambda l: l.kind == "deduction" and l.remaining > 0)
            lots = lots.sorted(lambda l: (l.expires_on, l.id), reverse=True)
            entries += wallet._prepare_claw_entries(over, lots, "deduction", key, free, values)
        self._write_exact(amounts)
        self._book(entries)

    def _prepare_claw_entries(self, cents, lots, voucher_kind, key, free, values):
        """Return the entries that take ``cents`` from the unheld part of ``lots``; the rest is owed.

        :param lots: of the refunded purchase, or all that deduction vouchers can be taken from
        :param dict free: free cents by lot, kept up to date over several calls before booking
        """
        entries = []
        for lot in lots:
            part = min(free.setdefault(lot, lot._get_free_cents()), cents)
            if part:
                free[lot] -= part
                cents -= part
                entries.append(lot._prepare_entry("claw", -part, f"claw,{key},{lot.id}", **values))
        if cents:
            entries.append(self._prepare_missing_entry(cents, lots, voucher_kind, key, free, values))
        return entries

    def _prepare_missing_entry(self, cents, lots, voucher_kind, key, free, values):
        """Return the entry about ``cents`` that are not there to be taken: they are owed. Hook."""
        return {
            "wallet_id": self.id,
            "company_id": self.company_id.id,
            "kind": "owe",
            "voucher_kind": voucher_kind,
            "amount": 0,
            "debt_change": cents,
            "idempotency_key": f"owe,{key},{self.id},{voucher_kind}",
            **values,
        }

    def _read_exact(self):
        """Return ``{wallet id: (earned, credited)}`` as ``Decimal``; the ORM's float is not exact."""
        self.flush_recordset()
        return {
            wallet_id: (Decimal(earned), Decimal(credited))
            for wallet_id, earned, credited in self.env.execute_query(SQL(
                "SELECT id, earned::text, credited::text FROM voucher_wallet WHERE id IN %s",
                tuple(self.ids) or (0,)))}

    def _write_exact(self, amounts):
        """Write what ``_read_exact`` gave, changed."""
        if not amounts:
            return
        self.env.execute_query(SQL(
            """UPDATE voucher_wallet w SET earned = c.earned, credited = c.credited
                 FROM unnest(%s, %s::numeric[], %s::numeric[]) AS c (id, earned, credited)
                WHERE w.id = c.id""",
            list(amounts),
            [earned for earned, _credited in amounts.values()],
            [credited for _earned, credited in amounts.values()]))
        self.invalidate_recordset()


def _floor_cents(amount, currency):
    """Return the whole cents (int) of a ``Decimal`` amount >= 0."""
    return int(amount.scaleb(currency.decimal_places).to_integral_value(ROUND_FLOOR))


def _ceil_cents(amount, currency):
    """Return a ``Decimal`` amount >= 0 in cents (int), rounded up."""
    return int(amount.scaleb(currency.decimal_places).to_integral_value(ROUND_CEILING))
