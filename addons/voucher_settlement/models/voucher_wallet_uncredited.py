from odoo import api, fields, models
from odoo.tools import SQL


class VoucherWallet(models.Model):
    """Reading a wallet up to date without writing it: what waits to be credited."""

    _inherit = "voucher.wallet"

    uncredited = fields.Float(  # a monetary one would read company and currency to be rounded: it is exact as it is
        string="Released, Not Credited Yet", compute="_compute_uncredited",
        help="What settlements have released for the holder's points since the period that the wallet was credited "
             "up to. It becomes vouchers, a debt paid first, when the holder opens the wallet or the job comes to it.")

    @api.depends("settled_number", "earned", "credited")
    def _compute_uncredited(self):
        waiting = self._get_uncredited()
        for wallet in self:
            wallet.uncredited = float(waiting.get(wallet.id, 0))

    def _get_uncredited(self):
        """Return ``{id: Decimal, in currency}``: floor_cents(earned + Σ base × increment) − credited, 0 left out.

        The increments are those of the periods after ``settled_number``; crediting gives exactly this.
        """
        self.env.flush_all()
        return dict(self.env.execute_query(SQL(
            """SELECT w.id, GREATEST(0, trunc(w.earned + SUM(p.base * i.increment), (
                          SELECT u.decimal_places FROM res_company c JOIN res_currency u ON u.id = c.currency_id
                           WHERE c.id = w.company_id)) - w.credited)
                 FROM voucher_wallet w
                 JOIN green_points_position p ON p.partner_id = w.partner_id AND p.base > 0
                 JOIN settlement_index i ON i.cohort_id = p.cohort_id AND i.holder_kind = p.holder_kind
                      AND i.period_number > w.settled_number AND i.company_id = w.company_id
                WHERE w.id = ANY(%s) GROUP BY w.id""", list(self.ids))))
