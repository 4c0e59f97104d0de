from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.money import to_cents
from ..tools.serialize import touch

STEP = Decimal("0.0001")  # percent
WHOLE = Decimal(100)


class AllianceStore(models.Model):
    """Shared ownership of supermarket stores: stakes, and the profit that may be distributed."""

    _inherit = "alliance.store"

    analytic_account_id = fields.Many2one(
        "account.analytic.account", string="Profit Account", check_company=True, copy=False,
        help="Analytic account with the income and expenses of this store; dividends come from its profit alone.")
    issued_percent = fields.Float(
        string="Shares Issued (%)", digits=(8, 4), readonly=True, copy=False, help="Sum of all holdings.")
    shareholding_ids = fields.One2many("alliance.shareholding", "store_id")

    _issued_in_bounds = models.Constraint(
        "CHECK (issued_percent >= 0 AND issued_percent <= 100)", "At most 100 percent of a store can be held.")
    _analytic_account_uniq = models.UniqueIndex(
        "(analytic_account_id) WHERE analytic_account_id IS NOT NULL",
        "Profit Account: another store's dividends come from this one.")

    def write(self, vals):
        if "analytic_account_id" in vals:
            account = vals["analytic_account_id"] or False
            self.filtered(lambda store: store.analytic_account_id.id != account)._check_no_dividend()
        return super().write(vals)

    def _check_no_dividend(self):
        """Raise UserError if dividends are from the profit account: what they took would be there again in another."""
        dividend = self._get_dividends_in_force()[:1]
        if dividend:
            raise UserError(self.env._(
                "Profit Account: dividend %(dividend)s of %(store)s is from it; cancel or reverse that before you"
                " choose another one.", dividend=dividend.name, store=dividend.store_id.name))

    @api.model
    def _to_percent(self, number):
        """Return a percentage read from the database (float) as an exact ``Decimal`` with 4 decimals."""
        return Decimal(repr(number)).quantize(STEP, ROUND_HALF_UP)

    def _move_shares(self, giver, taker, percent, date, key, reference):
        """Issue (no giver), transfer or take back (no taker) a stake in this store; once for each key.

        :param giver: ``res.partner``, may be empty
        :param taker: ``res.partner``, may be empty
        :param float percent: of the store, above 0, with at most 4 decimals
        :param date: from this day on; not before the last move, nor within the time of a dividend, nor after today
        :param str key: idempotency key
        :param str reference: agreement or resolution
        :return: the entries
        :raise UserError: no supermarket, bad percentage or date, or more than is held or left
        """
        self.ensure_one()
        store = self.sudo()  # sudo: holdings are written here alone; callers check who may
        touch(store)
        entries = store.env["alliance.share.entry"]
        known = entries.search([("idempotency_key", "in", (f"{key},give", f"{key},take"))])
        if known:
            return known
        exact = store._to_percent(percent)
        store._check_move(giver, taker, percent, exact, date)
        kind = "transfer" if giver and taker else "issue" if taker else "return"
        moves = [(giver, -exact, "give"), (taker, exact, "take")]
        created = entries._record([{
            "store_id": store.id, "partner_id": partner.id, "kind": kind, "date": date, "percent": float(change),
            "reference": reference, "idempotency_key": f"{key},{side}"} for partner, change, side in moves if partner])
        for partner, change, _side in moves:
            if partner:
                store.env["alliance.shareholding"]._add(store, partner, change)
        store.issued_percent = float(sum(
            (store._to_percent(holding.percent) for holding in store.shareholding_ids), Decimal(0)))
        store.flush_recordset()
        return created

    def _check_move(self, giver, taker, percent, exact, date):
        if self.scene != "supermarket":
            raise UserError(self.env._("Store: only supermarket stores have shareholders."))
        if giver == taker:
            raise UserError(self.env._("From and To: name at least one, and two different ones."))
        if not 0 < exact <= WHOLE or abs(float(exact) - percent) > 1e-9:
            raise UserError(self.env._("Percent: above 0, at most 100, with at most 4 decimals."))
        if taker and taker != taker.commercial_partner_id:
            raise UserError(self.env._(
                "To: %(contact)s belongs to %(entity)s; choose that one. Its contacts log in for it.",
                contact=taker.name, entity=taker.commercial_partner_id.name))
        earliest = self._get_earliest_move()
        if earliest and date < earliest:
            raise UserError(self.env._(
                "Date: the earliest possible day is %s, after the last move and the last dividend.", earliest))
        today = self.company_id._get_day()
        if date > today:  # nothing could move before that day any more
            raise UserError(self.env._("Date: the latest possible day is %s, today.", today))
        if giver:
            held = self.shareholding_ids.filtered(lambda holding: holding.partner_id == giver)._get_percent()
            if exact > held:
                raise UserError(self.env._(
                    "%(holder)s holds %(held)s %% of %(store)s, not %(percent)s %%.", holder=giver.name,
                    held=held, store=self.name, percent=exact))
        elif exact > (left := WHOLE - self.shareholding_ids._get_percent()):
            raise UserError(self.env._(
                "%(left)s %% of %(store)s is not issued yet; %(percent)s %% would be more than 100 %% in all.",
                left=left, store=self.name, percent=exact))

    def _get_earliest_move(self):
        """Return the first day on which shares can move without changing what has been reckoned, or False."""
        last = self.env["alliance.share.entry"].search([("store_id", "=", self.id)], order="date desc", limit=1).date
        paid = self._get_dividends_in_force()[:1]
        days = [day for day in (last, paid and fields.Date.add(paid.date_to, days=1)) if day]
        return max(days, default=False)

    def _get_dividends_in_force(self):
        """Return the dividends that have taken their profit, or are about to: the latest first."""
        return self.env["alliance.dividend"].sudo().search([  # sudo: whoever asks, none is left out
            ("store_id", "in", self.ids), ("state", "in", ("submitted", "approved"))])

    # -- profit ------------------------------------------------------------------------------------

    def _get_distributable_cents(self, date_to, without=None):
        """Return the realised profit up to ``date_to`` that no dividend has taken, in cents; negative: loss.

        Losses made from then until today have eaten of it.

        :param without: an ``alliance.dividend`` that does not count as taken
        """
        self.ensure_one()
        today = self.company_id._get_day()
        taken = self._get_dividends_in_force() - (without or self.env["alliance.dividend"])
        return min(self._get_profit_cents(day) for day in {date_to, today}) - sum(
            to_cents(dividend.amount, self.currency_id) for dividend in taken)

    def _get_profit_cents(self, date_to):
        """Return the realised profit up to ``date_to``, in cents; negative: loss.

        Realised is what posted entries have brought to the store's analytic account as income or expense.
        """
        account = self.analytic_account_id
        [[profit]] = self.env["account.analytic.line"].sudo()._read_group(Domain([  # sudo: operators keep no books
            (account.plan_id._column_name(), "=", account.id), ("date", "<=", date_to),
            ("general_account_id.internal_group", "in", ("income", "expense")),
            ("move_line_id.parent_state", "=", "posted"), ("company_id", "=", self.company_id.id)]),
            [], ["amount:sum"])
        return to_cents(profit or 0.0, self.currency_id)

    def _get_share_weights(self, date_from, date_to):
        """Return ``({partner: weight}, weight of what nobody holds)`` of the days from one to the other, both included.

        A weight is the stake in units of 0.0001 percent times the days that it was held: an int.
        """
        weights = {}
        entries = self.env["alliance.share.entry"].sudo().search(  # sudo: operators of the store see all of them
            [("store_id", "=", self.id), ("date", "<=", date_to)], order="date, id")
        for entry in entries:
            days = (date_to - max(entry.date, date_from)).days + 1
            weights[entry.partner_id] = weights.get(entry.partner_id, 0) + int(
                self._to_percent(entry.percent) / STEP) * days
        whole = int(WHOLE / STEP) * ((date_to - date_from).days + 1)
        return {partner: weight for partner, weight in weights.items() if weight}, whole - sum(weights.values())
