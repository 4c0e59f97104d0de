from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from .holder import HOLDER_KINDS


class GreenPointsEntry(models.Model):
    """Append-only ledger of active green points (base values, company currency).

    ``_record`` is its only writer and keeps positions and cohort totals in the same transaction.
    """

    _name = "green.points.entry"
    _description = "Points Entry"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False
    _rec_names_search = ["partner_id", "qualified_sale_id", "idempotency_key"]

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, index=True, ondelete="restrict")
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="cohort_id.company_id")
    currency_id = fields.Many2one(related="cohort_id.currency_id")
    kind = fields.Selection(
        [("earn", "Earned"), ("refund", "Taken Back"), ("exchange_in", "Received in Exchange"),
         ("exchange_out", "Given in Exchange"), ("debt", "Owed Points Paid"),
         ("give_up", "Given Up, Account Closed"), ("correction", "Correction")],
        required=True, readonly=True)
    base = fields.Monetary(
        string="Base Value", required=True, readonly=True, help="Base value; negative takes away.")
    points = fields.Float(
        compute="_compute_points", digits=(16, 2),
        help="Green points as shown to their holder: base value × points per currency unit.")
    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", readonly=True, index="btree_not_null", ondelete="restrict")
    exchange_id = fields.Many2one(
        "green.points.exchange", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Booking of a service by which these points changed hands.")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    idempotency_key = fields.Char(required=True, readonly=True)

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "These points have been recorded already.")
    _base_not_zero = models.Constraint("CHECK (base <> 0)", "A points entry has a base value.")
    _merchant_time_idx = models.Index("(partner_id, date) WHERE holder_kind = 'merchant'")

    @api.depends("partner_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = f"{kinds.get(entry.kind)} · {entry.partner_id.display_name}"

    def _get_event_label(self):
        """Return what this entry is, for its holder to read."""
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    @api.depends("base", "cohort_id")
    def _compute_points(self):
        for entry in self:
            # sudo: a portal user sees own points but neither cohorts nor policies
            entry.points = entry.base * entry.sudo().cohort_id.policy_id.points_per_unit

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Points entries come from sales, refunds and exchanges alone."))

    def _get_kept_text(self):
        return self.env._("Points entries never change and are never deleted. A correction is a new entry.")

    @api.model
    def _record(self, rows):
        """Append entries, and bring positions and cohort totals along, in one transaction.

        A row whose ``idempotency_key`` is there already changes nothing. For points that are
        given, the caller holds the cohort's lock (``_lock_open``).

        :param list rows: dicts of ``partner_id``, ``holder_kind``, ``cohort_id`` (ids and keys),
            ``kind``, ``cents`` (int, not 0, same sign for the whole call), ``qualified_sale_id``
            (or None), ``idempotency_key`` and what ``_prepare_entry_vals`` reads besides
        :return: the entries that are new
        :raise psycopg2.errors.CheckViolation: more would be taken than a holder has
        """
        rows = [row for row in rows if row["cents"]]
        if not rows:
            return self.browse()
        if len({row["cents"] > 0 for row in rows}) > 1:
            raise ValueError("_record: points given and points taken are recorded apart")
        entries = self.browse(self._insert(rows))
        self.env["alliance.qualified.sale"].invalidate_model(["points_entry_ids"], flush=False)
        self.env["green.points.position"]._apply(entries)
        if any(row["kind"] != "earn" for row in rows):  # what is earned joins the open cohort, locked by the caller
            self.env["green.points.cohort"]._change_bases(entries._get_cohort_deltas())
        return entries

    def _insert(self, rows):
        """Insert ``rows`` as they come and return the ids of those that are new."""
        cohorts = {cohort.id: cohort for cohort in self.env["green.points.cohort"].browse(
            {row["cohort_id"] for row in rows})}
        now = fields.Datetime.now()
        vals_list = [
            {**self._prepare_entry_vals(row, cohorts[row["cohort_id"]].currency_id), "date": now} for row in rows]
        self.env["alliance.qualified.sale"].flush_model(["partner_id"])
        return [row[0] for row in self.env.execute_query(SQL(
            """INSERT INTO green_points_entry (%s) VALUES %s
               ON CONFLICT (idempotency_key) DO NOTHING RETURNING id""",
            SQL(", ").join(map(SQL.identifier, vals_list[0])),
            SQL(", ").join(SQL("%s", tuple(vals.values())) for vals in vals_list)))]

    def _prepare_entry_vals(self, row, currency):
        """Return the columns of one entry out of a row as of ``_record``; the same ones for every row."""
        return {
            "partner_id": row["partner_id"],
            "holder_kind": row["holder_kind"],
            "cohort_id": row["cohort_id"],
            "kind": row["kind"],
            "base": from_cents(row["cents"], currency),
            "qualified_sale_id": row["qualified_sale_id"],
            "exchange_id": row.get("exchange_id"),
            "idempotency_key": row["idempotency_key"],
        }

    def _get_cohort_deltas(self):
        """Return ``{cohort: (shopper_cents, merchant_cents)}`` of these entries together."""
        deltas = {}
        for entry in self:
            shopper, merchant = deltas.get(entry.cohort_id, (0, 0))
            cents = to_cents(entry.base, entry.currency_id)
            if entry.holder_kind == "shopper":
                shopper += cents
            else:
                merchant += cents
            deltas[entry.cohort_id] = (shopper, merchant)
        return deltas
