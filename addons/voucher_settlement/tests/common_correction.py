from .common_escrow import EscrowCommon


class CorrectionCommon(EscrowCommon):
    """Builders for corrections, and points of two sales in a cohort that has been released for."""

    def _draft(self, entry, amount, **vals):
        """Return the maker's draft of a correction of one row of either ledger."""
        name = "points_entry_id" if entry._name == "green.points.entry" else "voucher_entry_id"
        return self.env["ledger.correction"].with_user(self.maker).create({
            name: entry.id, "amount": amount, "reason": "The receipt was keyed in twice",
            "holder_text": "receipt entered twice", **vals})

    def _submit(self, entry, amount, **vals):
        correction = self._draft(entry, amount, **vals)
        correction.action_submit()
        return correction

    def _correct(self, entry, amount, **vals):
        """Return a booked correction (sudo)."""
        correction = self._submit(entry, amount, **vals)
        correction.with_user(self.checker).action_approve()
        return correction.sudo()

    def _get_earned(self, sale, kind="shopper"):
        """Return the entry that gave the points of a sale."""
        return sale.points_entry_ids.filtered(lambda e: e.kind == "earn" and e.holder_kind == kind)

    def _get_events(self, kind):
        return self.env["voucher.entry"].search([("kind", "=", kind), ("wallet_id", "=", self._wallet().id)])

    def _get_base(self, cohort, kind="shopper", partner=None):
        return self.env["green.points.position"].search([
            ("cohort_id", "=", cohort.id), ("holder_kind", "=", kind),
            ("partner_id", "=", (partner or self.shopper).id)]).base

    def _fill_pool(self):
        """Sell to somebody else, so that the pool can pay refunds."""
        return self._sell(5000, self._make_partner("Somebody Else"))

    def _expire(self, lot):
        """Let a voucher's last day be over; return the event."""
        lot.write({"expires_on": "2020-01-01"})
        self.env["voucher.lot"]._cron_expire()
        return lot.entry_ids.filtered(lambda e: e.kind == "expire").sorted("id")[-1:]
