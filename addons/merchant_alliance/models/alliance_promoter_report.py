from odoo import fields, models
from odoo.tools import SQL

ACTIVE_AFTER_DAYS = 90
# sum over the rows of a group of both, not the mean of the rows' quotients
QUOTIENTS = {
    "repurchase_rate": ("repeat_count", "buyer_count"),
    "active_rate": ("active_count", "matured_count"),
}


class AlliancePromoterReport(models.Model):
    """Retention: which promoters are still active after 90 days, and how many of their shoppers buy again."""

    _name = "alliance.promoter.report"
    _description = "Promoter Retention"
    _auto = False
    _order = "sale_count desc, id"
    _rec_name = "promoter_id"

    promoter_id = fields.Many2one("alliance.promoter", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(related="promoter_id.state")
    start_date = fields.Date(string="First Agreement Accepted", readonly=True)
    shopper_count = fields.Integer(string="Shoppers Bound", readonly=True)
    buyer_count = fields.Integer(string="Shoppers Who Bought", readonly=True)
    repeat_count = fields.Integer(string="Shoppers Who Bought Again", readonly=True)
    sale_count = fields.Integer(string="Sales", readonly=True, help="That gave, or will give, a commission.")
    last_sale = fields.Datetime(readonly=True)
    matured_count = fields.Integer(string="Promoters for 90 Days", readonly=True)
    active_count = fields.Integer(
        string="Active after 90 Days", readonly=True,
        help="A shopper of theirs bought more than 90 days after the start.")
    repurchase_rate = fields.Float(
        string="Repurchase Rate (%)", readonly=True, aggregator="avg",
        help="Of the shoppers who bought: those who bought again.")
    active_rate = fields.Float(
        string="Active after 90 Days (%)", readonly=True, aggregator="avg",
        help="Of those who are promoters for 90 days.")

    @property
    def _table_query(self):
        return SQL("""
            SELECT p.id, p.id AS promoter_id, p.company_id, a.start_date,
                   COALESCE(b.shoppers, 0) AS shopper_count, COALESCE(s.buyers, 0) AS buyer_count,
                   COALESCE(s.repeaters, 0) AS repeat_count, COALESCE(s.sales, 0) AS sale_count, s.last_sale,
                   m.matured AS matured_count, m.active AS active_count,
                   100.0 * s.repeaters / NULLIF(s.buyers, 0) AS repurchase_rate,
                   100.0 * m.active / NULLIF(m.matured, 0) AS active_rate
              FROM alliance_promoter p
              JOIN (SELECT promoter_id, MIN(accepted_on)::date AS start_date FROM alliance_promoter_agreement
                     WHERE accepted_on IS NOT NULL GROUP BY promoter_id) a ON a.promoter_id = p.id
         LEFT JOIN (SELECT promoter_id, COUNT(*) AS shoppers FROM alliance_promoter_binding
                     GROUP BY promoter_id) b ON b.promoter_id = p.id
         LEFT JOIN (SELECT promoter_id, COUNT(*) AS buyers, COUNT(*) FILTER (WHERE sales > 1) AS repeaters,
                           SUM(sales) AS sales, MAX(last_sale) AS last_sale
                      FROM (SELECT promoter_id, partner_id, COUNT(*) AS sales, MAX(sale_datetime) AS last_sale
                              FROM alliance_qualified_sale
                             WHERE promoter_id IS NOT NULL AND kind = 'sale' AND state <> 'cancelled'
                          GROUP BY promoter_id, partner_id) AS by_shopper
                  GROUP BY promoter_id) s ON s.promoter_id = p.id
        CROSS JOIN LATERAL (
                    SELECT (a.start_date + %(days)s <= %(today)s)::int AS matured,
                           (a.start_date + %(days)s <= %(today)s
                            AND s.last_sale >= a.start_date + %(days)s)::int AS active
             ) m""", days=ACTIVE_AFTER_DAYS, today=fields.Date.today())

    def _read_group_select(self, aggregate_spec, query):
        name, _separator, operator = aggregate_spec.partition(":")
        if name in QUOTIENTS and operator in ("avg", "sum"):
            part, whole = (self._field_to_sql(self._table, fname, query) for fname in QUOTIENTS[name])
            return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", part, whole)
        return super()._read_group_select(aggregate_spec, query)
