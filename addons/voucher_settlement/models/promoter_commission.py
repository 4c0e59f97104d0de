from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, sql

from odoo.addons.merchant_alliance.tools.money import from_cents
from odoo.addons.merchant_alliance.tools.serialize import touch

OF_SALES = ("earn", "refund")
# PostgreSQL itself keeps that a commission is of a sale's own promoter; see REFERENCES in alliance_promoter_binding.
REFERENCE = (
    "FOREIGN KEY (qualified_sale_id, promoter_id) REFERENCES alliance_qualified_sale (id, promoter_id)"
    " ON DELETE RESTRICT")


class PromoterCommission(models.Model):
    """Append-only ledger of commissions: what has become payable, what refunds took back, what was paid.

    One entry for each sale and each refund record, made once the sale is funded, its rewards active and the time
    for refunds over. The entries of a promoter add up to what is payable; below zero, later commissions pay it off.
    """

    _name = "promoter.commission"
    _description = "Commission Entry"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False

    promoter_id = fields.Many2one("alliance.promoter", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("earn", "Earned"), ("refund", "Taken Back by Refund"), ("payout", "Paid"), ("payout_undo", "Payment Failed")],
        required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="Positive: to the promoter's credit.")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    qualified_sale_id = fields.Many2one("alliance.qualified.sale", readonly=True, ondelete="restrict")
    undone_id = fields.Many2one("promoter.commission", string="Payment Undone", readonly=True, ondelete="restrict")
    move_id = fields.Many2one(
        "account.move", string="Journal Entry", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Entry that books the payment.")
    idempotency_key = fields.Char(required=True, readonly=True)

    _idempotency_key_uniq = models.Constraint("UNIQUE (idempotency_key)", "This commission has been recorded already.")
    _one_per_sale = models.UniqueIndex(
        "(qualified_sale_id) WHERE qualified_sale_id IS NOT NULL", "A sale gives one commission, to one promoter.")
    _undone_once = models.UniqueIndex("(undone_id) WHERE undone_id IS NOT NULL", "A payment fails once.")
    _signs_fit_kind = models.Constraint(
        "CHECK (CASE WHEN kind IN ('earn', 'payout_undo') THEN amount > 0 ELSE amount < 0 END)",
        "What is earned is positive; what is taken back or paid is negative.")
    # no income but from real purchases
    _from_sales_alone = models.Constraint(
        "CHECK ((kind IN ('earn', 'refund')) = (qualified_sale_id IS NOT NULL)"
        " AND (kind = 'payout_undo') = (undone_id IS NOT NULL))",
        "A commission names the sale that it comes from.")
    _promoter_date_idx = models.Index("(promoter_id, date)")

    def init(self):
        self.pool.post_init(self._add_reference)

    @api.model
    def _add_reference(self):
        name = f"{self._table}_of_its_sale"
        if not sql.constraint_definition(self.env.cr, self._table, name):
            sql.add_constraint(self.env.cr, self._table, name, REFERENCE)

    @api.depends("promoter_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = f"{kinds.get(entry.kind)} · {entry.promoter_id.display_name}"

    # -- append-only -----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Commissions come from sales, refunds and payouts alone."))

    def _get_kept_text(self):
        return self.env._("Commission entries never change and are never deleted. A correction is a new entry.")

    @api.model
    def _record(self, vals_list):
        return super().create(vals_list)

    # -- what becomes payable --------------------------------------------------------------------

    @api.model
    def _cron_earn(self):
        """Make payable what has become so, for each company in a transaction of its own."""
        companies = [company for company, in self.env["alliance.promoter"]._read_group([], ["company_id"])]
        self.env["ir.cron"]._run_each(companies, self._earn_due)

    @api.model
    def _earn_due(self, company):
        """Append an entry for each sale whose commission has become payable, and each refund of such a sale.

        A second call appends nothing. Refunds within the time count with their sale, later ones on their own.

        :return: the number of new entries
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        values = {
            "company": company.id, "now": now, "last": now - timedelta(days=company.sudo().promoter_refund_days)}
        earned = self.env.execute_query(SQL(
            """INSERT INTO promoter_commission
                      (promoter_id, company_id, kind, amount, date, qualified_sale_id, idempotency_key)
               SELECT s.promoter_id, s.company_id, 'earn', s.alloc_commission, %(now)s, s.id, 'earn,' || s.id
                 FROM alliance_qualified_sale s
                WHERE s.company_id = %(company)s AND s.kind = 'sale' AND s.promoter_id IS NOT NULL
                  AND s.alloc_commission > 0 AND s.state = 'funded' AND s.reward_state = 'active'
                  AND s.sale_datetime <= %(last)s
                  AND NOT EXISTS (SELECT FROM promoter_commission c WHERE c.qualified_sale_id = s.id)
             ORDER BY s.id
          ON CONFLICT DO NOTHING RETURNING id""", **values))
        taken = self.env.execute_query(SQL(
            """INSERT INTO promoter_commission
                      (promoter_id, company_id, kind, amount, date, qualified_sale_id, idempotency_key)
               SELECT r.promoter_id, r.company_id, 'refund', r.alloc_commission, %(now)s, r.id, 'refund,' || r.id
                 FROM alliance_qualified_sale r JOIN promoter_commission e ON e.qualified_sale_id = r.origin_id
                WHERE r.company_id = %(company)s AND r.kind = 'refund' AND r.promoter_id IS NOT NULL
                  AND r.alloc_commission < 0 AND r.state <> 'cancelled'
                  AND NOT EXISTS (SELECT FROM promoter_commission c WHERE c.qualified_sale_id = r.id)
             ORDER BY r.id
          ON CONFLICT DO NOTHING RETURNING id""", **values))
        self.invalidate_model()
        return len(earned) + len(taken)

    # -- payouts ---------------------------------------------------------------------------------

    @api.model
    def _get_payable_cents(self, company, promoters=None):
        """Return ``{promoter: cents above zero}``: what is payable now, later refunds and payments taken off.

        :param promoters: only these ``alliance.promoter``; all if None
        """
        self._earn_due(company)
        return {promoter: cents for promoter, cents in self._get_balances(company, promoters).items() if cents > 0}

    @api.model
    def _get_balances(self, company, promoters=None):
        """Return ``{promoter (sudo): cents}`` of those with entries; below zero: owed, set off against later ones."""
        rows = self.env.execute_query(SQL(
            """SELECT promoter_id, SUM(amount)::text FROM promoter_commission WHERE company_id = %s AND %s
             GROUP BY promoter_id ORDER BY promoter_id""", company.id,
            SQL("TRUE") if promoters is None else SQL("promoter_id IN %s", tuple(promoters.ids) or (0,))))
        # sudo: who pays need not manage promoters
        records = self.env["alliance.promoter"].sudo()
        return {records.browse(promoter_id): self.env["escrow.posting"]._to_cents(amount, company)
                for promoter_id, amount in rows}

    @api.model
    def _mark_paid(self, promoter, cents, key, move=None):
        """Note that ``cents`` of what is payable to ``promoter`` are being paid; once for each ``key``.

        :param int cents: above zero
        :param str key: of the payment, e.g. ``payout.line,<id>``
        :param move: ``account.move`` that books it against commission payable
        :return: the entry; that of an earlier call with the same key
        :raise UserError: more than is payable, or the key is another payment's
        """
        self = self.sudo()  # sudo: who may pay is decided by who calls
        touch(promoter)  # of two payments at once, the later one sees the other
        amount = from_cents(-cents, promoter.company_id.currency_id)
        key = f"payout,{key}"
        if known := self.search([("idempotency_key", "=", key)]):
            if known.promoter_id != promoter or float(known.amount) != float(amount):
                raise UserError(self.env._("%s is another payment.", key))
            return known
        payable = self._get_balances(promoter.company_id, promoter).get(promoter, 0)
        if not 0 < cents <= payable:
            raise UserError(self.env._(
                "%(promoter)s: %(wanted)s cannot be paid, %(payable)s is payable.", promoter=promoter.display_name,
                wanted=promoter.company_id.currency_id.format(-float(amount)),
                payable=promoter.company_id.currency_id.format(
                    float(from_cents(payable, promoter.company_id.currency_id)))))
        return self._record([{
            "promoter_id": promoter.id, "company_id": promoter.company_id.id, "kind": "payout", "amount": float(amount),
            "move_id": move.id if move else False, "idempotency_key": key}])

    @api.model
    def _unmark_paid(self, key, move=None):
        """Note that the payment ``key`` failed: it is payable again; a second call changes nothing.

        :param move: ``account.move`` that books it back to commission payable

        :return: the entry that undoes it; empty if there was no such payment
        """
        self = self.sudo()  # sudo: see _mark_paid
        paid = self.search([("idempotency_key", "=", f"payout,{key}")])
        if not paid:
            return paid
        touch(paid.promoter_id)
        if undone := self.search([("undone_id", "=", paid.id)]):
            return undone
        return self._record([{
            "promoter_id": paid.promoter_id.id, "company_id": paid.company_id.id, "kind": "payout_undo",
            "amount": -paid.amount, "undone_id": paid.id, "move_id": move.id if move else False,
            "idempotency_key": f"payout_undo,{key}"}])
