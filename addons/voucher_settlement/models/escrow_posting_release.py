from odoo import api, models
from odoo.tools import SQL

UNBOOKED = "company_id = %(company)s AND state = 'settled' AND released_amount > 0 AND move_id IS NULL"


class EscrowPosting(models.AbstractModel):
    """What settlements release: decided under the lock of the pool, booked by the job that follows.

    So settling takes no longer than its decision. The pool never counts money twice: what is released and not
    booked yet is no longer in its balance.
    """

    _inherit = "escrow.posting"

    def _prepare_release_batch(self, company):
        """Return the releases not booked yet, as :meth:`_post_rows` takes them."""
        self.env["settlement.period"].flush_model()
        rows = self.env.execute_query(SQL(
            "SELECT id, number, (settled_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date, released_amount::text"
            " FROM settlement_period WHERE " + UNBOOKED + " ORDER BY number",
            company=company.id, zone=company._get_zone()))
        return "settlement.period", "move_id", [
            (self._prepare_release_spec(company, number, day, amount), [period_id])
            for period_id, number, day, amount in rows]

    def _prepare_release_spec(self, company, number, day, amount):
        """Return the event for what one settlement moves from the pool to vouchers outstanding."""
        cents = self._to_cents(amount, company)
        return {
            "event": "release", "date": day, "ref": self.env._("Period %s", number),
            "lines": [("rebate_pool", cents), ("vouchers_outstanding", -cents)]}

    def _get_unbooked_release_cents(self, company):
        """Return what is released and not booked yet, in cents: it has left the pool all the same."""
        self.env["settlement.period"].flush_model(["state", "released_amount", "move_id"])
        return self._get_sum(company, "SELECT SUM(released_amount) FROM settlement_period WHERE " + UNBOOKED)

    @api.model
    def _get_balance(self, key, company):
        """Return the balance in cents, with what is released and not booked yet counted as booked."""
        sign = {"rebate_pool": -1, "vouchers_outstanding": 1}.get(key)
        balance = super()._get_balance(key, company)
        return balance + sign * self._get_unbooked_release_cents(company) if sign else balance

    def _get_takeable_cents(self, role, company, specs):
        takeable = super()._get_takeable_cents(role, company, specs)
        if role != "rebate_pool":
            return takeable
        booked_now = self._get_taken_cents(role, [spec for spec in specs if spec["event"] == "release"])
        return takeable + min(booked_now, self._get_unbooked_release_cents(company))  # has left the balance already

    def _get_released_cents(self, company):
        """Return what booked settlements moved from the pool to vouchers, less the rounding that came back."""
        return self._get_sum(
            company, """SELECT SUM(CASE WHEN move_id IS NULL THEN 0 ELSE released_amount END
                                   - COALESCE(dust_amount, 0))
                          FROM settlement_period WHERE company_id = %(company)s AND state = 'settled'""")

    def _get_subledger_outstanding(self, company):
        return super()._get_subledger_outstanding(company) - self._get_unbooked_release_cents(company)
