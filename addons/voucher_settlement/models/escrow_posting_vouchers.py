from odoo import api, models
from odoo.tools import SQL

# kind of voucher entry: (event, debit role, credit role) for what leaves (or comes back to) wallets
VOUCHER_EVENTS = {
    "redeem": ("redeem", "vouchers_outstanding", "redeemed_due"),
    "restore": ("redeem_reversal", "redeemed_due", "vouchers_outstanding"),
    "expire": ("expire", "vouchers_outstanding", "rebate_pool"),
    "claw": ("claw", "vouchers_outstanding", "rebate_pool"),
    "debt": ("claw", "vouchers_outstanding", "rebate_pool"),
}


class EscrowPosting(models.AbstractModel):
    """Voucher events, booked in aggregate per kind, merchant and day."""

    _inherit = "escrow.posting"

    @api.model
    def _post_voucher_entries(self, company):
        """Book voucher entries that are not booked yet; a second call books nothing.

        :return: the moves made
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT kind, merchant_id, date::date AS day, array_agg(id),
                      (SUM(ABS(amount)) * power(10::numeric, %(decimals)s))::bigint
                 FROM voucher_entry
                WHERE company_id = %(company)s AND move_id IS NULL AND kind IN %(kinds)s
                GROUP BY kind, merchant_id, day ORDER BY day, merchant_id, kind""",
            company=company.id, kinds=tuple(VOUCHER_EVENTS), decimals=company.currency_id.decimal_places))
        specs = []
        for kind, merchant_id, day, _entry_ids, cents in rows:
            event, debit, credit = VOUCHER_EVENTS[kind]
            merchant = self.env["alliance.merchant"].browse(merchant_id)
            specs.append({
                "event": event, "lines": [(debit, cents), (credit, -cents)], "date": day,
                "ref": merchant.name or None, "partner": merchant.partner_id})
        moves = self._post_events(company, specs)
        for (*_key, entry_ids, _cents), move in zip(rows, moves, strict=True):
            self.env["voucher.entry"].browse(entry_ids)._link_move(move)
        return self.env["account.move"].union(*moves)

    @api.model
    def _post_rejected(self, sales):
        """Bring the shopping vouchers of rejected sales, which were never given, to the pool."""
        for company, company_sales in sales.grouped("company_id").items():
            cents = sum(due["alloc_shopping"] for due in company_sales._get_due_cents().values())
            self._post_event(
                "reject", company, [("vouchers_outstanding", cents), ("rebate_pool", -cents)],
                ref=", ".join(company_sales.mapped("name"))[:200])
