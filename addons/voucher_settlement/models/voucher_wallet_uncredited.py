from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents


class VoucherWallet(models.Model):
    """Reading a wallet up to date without writing it: what waits to be credited."""

    _inherit = "voucher.wallet"

    uncredited = fields.Monetary(
        string="Released, Not Credited Yet", compute="_compute_uncredited",
        help="What settlements have released for the holder's points since the period that the wallet was credited "
             "up to. It becomes vouchers, a debt paid first, when the holder opens the wallet or the job comes to it.")

    @api.depends("settled_number", "earned", "credited")
    def _compute_uncredited(self):
        waiting = self._get_uncredited_cents()
        for wallet in self:
            wallet.uncredited = from_cents(waiting.get(wallet.id, 0), wallet.currency_id)

    def _get_uncredited_cents(self):
        """Return ``{id: cents}``: floor_cents(earned + Σ base × increment) − credited, 0 left out.

        The increments are those of the periods after ``settled_number``; crediting gives exactly this.
        """
        self.env.flush_all()
        return dict(self.env.execute_query(SQL(
            """SELECT w.id, (trunc((w.earned + SUM(p.base * i.increment)) * unit.cents) - w.credited * unit.cents)::bigint
                 FROM voucher_wallet w
                 JOIN res_company c ON c.id = w.company_id
                 JOIN res_currency ON res_currency.id = c.currency_id
                CROSS JOIN LATERAL (SELECT power(10::numeric, res_currency.decimal_places) AS cents) AS unit
                 JOIN green_points_position p ON p.partner_id = w.partner_id AND p.base > 0
                 JOIN settlement_index i ON i.cohort_id = p.cohort_id AND i.holder_kind = p.holder_kind
                      AND i.period_number > w.settled_number AND i.company_id = w.company_id
                WHERE w.id = ANY(%s) GROUP BY w.id, unit.cents
               HAVING trunc((w.earned + SUM(p.base * i.increment)) * unit.cents) > w.credited * unit.cents""",
            list(self.ids))))
