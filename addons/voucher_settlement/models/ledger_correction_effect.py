from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents
from odoo.addons.merchant_alliance.tools.serialize import touch


class LedgerCorrection(models.Model):
    """What can be reversed, and what booking it does. Nothing here is public."""

    _inherit = "ledger.correction"

    def _get_entry(self):
        """Return the row that was wrong, of either ledger."""
        self.ensure_one()
        return self.points_entry_id or self.voucher_entry_id

    def _get_effect(self):
        """Return what reversing the row means; False where it cannot be reversed."""
        points, voucher = self.points_entry_id, self.voucher_entry_id
        if points and points.kind in ("earn", "correction") and points.qualified_sale_id:
            return "take_points" if points.base > 0 else "give_points"
        return {"redeem": "restore", "expire": "reinstate"}.get(voucher.kind, False)

    def _get_entry_cents(self):
        """Return the size of the row, in cents."""
        amount = self.points_entry_id.base if self.points_entry_id else self.voucher_entry_id.amount
        return abs(to_cents(amount, self.currency_id))

    # -- what is there ---------------------------------------------------------------------------

    def _get_correctable_cents(self):
        """Return how much of the row can be reversed now, in cents; may be 0."""
        self.ensure_one()
        record = self.sudo()  # sudo: what is left is to be found out whoever asks
        booked = record.search([
            ("state", "=", "booked"), ("points_entry_id", "=", record.points_entry_id.id),
            ("voucher_entry_id", "=", record.voucher_entry_id.id)])
        left = record._get_entry_cents() - sum(to_cents(other.amount, other.currency_id) for other in booked)
        return max(min(left, record._get_effect_limits()[record.effect]()), 0)

    def _get_effect_limits(self):
        """Return ``{effect: method that gives the cents there are besides}``."""
        return {
            "take_points": self._get_takeable_cents, "give_points": self._get_givable_cents,
            "restore": self._get_restorable_cents, "reinstate": self._get_reinstatable_cents}

    def _get_takeable_cents(self):
        """What is left of the sale's points, which refunds and corrections have lowered."""
        _due, left = self._get_points_of_sale()
        return left

    def _get_givable_cents(self):
        """What refunds have left due of the sale's points and is not there, while their cohort matures."""
        due, left = self._get_points_of_sale()
        return due - left if self.cohort_id.state != "matured" else 0

    def _get_points_of_sale(self):
        sale, kind = self.qualified_sale_id, self.points_entry_id.holder_kind
        return sale._get_points_left().get((sale, kind), (0, 0))

    def _get_restorable_cents(self):
        """What of the payment's part in this voucher was not given back yet."""
        return sum(
            to_cents(line.amount, line.currency_id) - to_cents(line.restored, line.currency_id)
            for line in self._get_hold_line())

    def _get_hold_line(self):
        return self.hold_id.line_ids.filtered(lambda line: line.lot_id == self.lot_id)

    def _get_reinstatable_cents(self):
        """What the voucher has room for."""
        return to_cents(self.lot_id.amount, self.currency_id) - to_cents(self.lot_id.remaining, self.currency_id)

    # -- booking ---------------------------------------------------------------------------------

    def _book(self):
        """Make the entries that reverse the row, on behalf of the checker."""
        touch(self.qualified_sale_id)  # a refund at the same time would reckon with points that are gone
        touch(self._get_entry())
        self.voucher_entry_id.wallet_id._lock()
        self._check_amount()
        self._write_step(
            state="booked", checker_id=self.env.uid, booked_at=fields.Datetime.now(), period_id=self._get_period().id)
        cents = to_cents(self.amount, self.currency_id)
        {
            "take_points": self._take_points, "give_points": self._give_points,
            "restore": self._restore_vouchers, "reinstate": self._reinstate_vouchers,
        }[self.effect](cents)
        self.invalidate_recordset(["points_entry_ids", "voucher_entry_ids", "points_debt_ids"])

    def _get_period(self):
        """Return the company's open period, which may be empty before the first points."""
        return self.env["settlement.period"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "open")])

    def _get_key(self):
        """Return the idempotency key of what this correction books."""
        return f"correct,{self.id}"

    def _take_points(self, cents):
        self.qualified_sale_id._take_rows([self._prepare_points_row(-cents)])

    def _give_points(self, cents):
        self.qualified_sale_id._give_rows([self._prepare_points_row(cents)])

    def _prepare_points_row(self, cents):
        """Return the row of ``green.points.entry._record``: same holder, same cohort, same sale."""
        entry = self.points_entry_id
        return {
            "partner_id": entry.partner_id.id, "holder_kind": entry.holder_kind, "cohort_id": entry.cohort_id.id,
            "kind": "correction", "cents": cents, "qualified_sale_id": entry.qualified_sale_id.id,
            "idempotency_key": self._get_key(), "correction_id": self.id}

    def _restore_vouchers(self, cents):
        self.hold_id._restore(cents, self._get_key(), lines=self._get_hold_line(), correction_id=self.id)

    def _reinstate_vouchers(self, cents):
        """Out of the rebate pool, where the expiry had brought the money: booked at once, so that nobody spends it.

        :raise UserError: the pool does not hold it
        """
        posting = self.env["escrow.posting"]
        posting._get_journal(self.company_id)  # without books there is no pool
        posting._serialize_pool(self.company_id)
        posting._post_voucher_entries(self.company_id)  # what else came back is in the pool first
        self._check_not_fenced(cents, posting._get_balance("rebate_pool", self.company_id))
        given_up = cents if self.voucher_entry_id.given_up else 0
        self.lot_id._reinstate(cents, self._get_key(), given_up, correction_id=self.id)
        posting._post_voucher_entries(self.company_id)

    def _check_not_fenced(self, cents, pool):
        """Raise unless what ring-fenced cohorts have left in the pool stays there; without any, the books decide."""
        # sudo: sums alone
        fenced = self.env["green.points.cohort"].sudo()._get_fenced_cents(self.company_id)
        if fenced and cents > pool - fenced:
            amount, free = (self.currency_id.format(float(from_cents(value, self.currency_id)))
                            for value in (cents, max(pool - fenced, 0)))
            raise UserError(self.env._(
                "%(free)s of the rebate pool are free; the rest belongs to ring-fenced points. %(amount)s cannot come"
                " out of it: correct less, or wait until more has come in.", free=free, amount=amount))
