from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from .holder import HOLDER_KINDS


class GreenPointsDebt(models.Model):
    """Points that a refund (or a correction) takes back although their holder has given them away: owed in base value.

    Paid at once out of the holder's other points, the youngest first, and out of whatever is earned or
    comes back later. ``_owe`` and ``_collect`` are the only writers.
    """

    _name = "green.points.debt"
    _description = "Points Owed"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, index=True, ondelete="restrict")
    holder_kind = fields.Selection(HOLDER_KINDS, required=True, readonly=True)
    cohort_id = fields.Many2one(
        "green.points.cohort", required=True, readonly=True, ondelete="restrict",
        help="Cohort in which the points are missing.")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", string="Refund", required=True, readonly=True, index=True, ondelete="restrict",
        help="The refund that took the points; of a correction, the sale that had given them.")
    amount = fields.Monetary(string="Base Value", required=True, readonly=True)
    paid = fields.Monetary(required=True, readonly=True, default=0.0, help="Base value taken since.")
    given_up = fields.Boolean(
        string="Given Up, Account Closed", required=True, readonly=True, default=False,
        help="The holder had given these points up with the account: that has paid for them.")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    idempotency_key = fields.Char(required=True, readonly=True)

    _idempotency_key_uniq = models.Constraint("UNIQUE (idempotency_key)", "This debt has been recorded already.")
    _paid_within = models.Constraint(
        "CHECK (amount > 0 AND paid >= 0 AND paid <= amount)", "No more is paid than is owed.")
    _given_up_is_paid = models.Constraint(
        "CHECK (NOT given_up OR paid = amount)", "Points that were given up with the account are not owed.")
    _open_idx = models.Index("(partner_id, company_id) WHERE paid < amount")

    @api.depends("partner_id", "cohort_id")
    def _compute_display_name(self):
        for debt in self:
            debt.display_name = f"{debt.partner_id.display_name} · {debt.cohort_id.display_name}"

    def write(self, vals):
        if not self.env.context.get("paying_points_debt") or not self.env.su or set(vals) != {"paid"}:
            raise UserError(self.env._("Points owed follow from refunds and points entries alone."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Points owed are never deleted."))

    @api.model
    def _owe(self, rows):
        """Record what refunds could not take; the holders' wallets are credited up to date.

        :param list rows: as for ``green.points.entry._record``, ``cents`` the negative base value missing; maybe
            ``given_up`` (bool: nobody owes it)
        :return: the debts (sudo)
        """
        sudo = self.sudo()  # sudo: nobody writes debts otherwise
        debts = sudo.create([sudo._prepare_debt_vals(row) for row in rows])
        debts.flush_model()
        return debts

    def _prepare_debt_vals(self, row):
        """Return the values of one debt out of a row as of ``_owe``."""
        cohort = self.env["green.points.cohort"].browse(row["cohort_id"])
        amount, given_up = from_cents(-row["cents"], cohort.currency_id), row.get("given_up", False)
        return {
            "partner_id": row["partner_id"],
            "holder_kind": row["holder_kind"],
            "cohort_id": cohort.id,
            "company_id": cohort.company_id.id,
            "qualified_sale_id": row["qualified_sale_id"],
            "amount": amount,
            "paid": amount if given_up else 0,
            "given_up": given_up,
            "idempotency_key": f"owe,{row['idempotency_key']}",
        }

    @api.model
    def _get_owed_points(self, partner, kind, company):
        """Return how many points a holder still owes, as shown (float)."""
        return sum(
            (debt.amount - debt.paid) * debt.cohort_id.policy_id.points_per_unit for debt in self.search([
                ("partner_id", "=", partner.id), ("holder_kind", "=", kind), ("company_id", "=", company.id)]))

    @api.model
    def _collect(self, partners, kind, company):
        """Let ``partners`` pay what they owe out of the points that they have: the youngest first.

        Whoever calls it has credited their wallets up to date, or given points in the open cohort alone.
        """
        debts = self._lock_open(partners, kind, company)
        positions = self.env["green.points.position"].sudo()  # sudo: whoever earns, pays
        for partner, owed in debts.grouped("partner_id").items():
            held = positions.search(
                positions._get_holder_domain(partner, kind, company)
                & Domain([("base", ">", 0), ("cohort_id.state", "!=", "matured")])
            ).sorted(lambda position: -position.cohort_id.number)
            left = {position.cohort_id: to_cents(position.base, position.currency_id) for position in held}
            for debt in owed:
                debt._pay(left)

    @api.model
    def _lock_open(self, partners, kind, company):
        """Return what these contacts still owe (sudo), the oldest first, locked."""
        self.flush_model()
        ids = [row[0] for row in self.env.execute_query(SQL(
            """SELECT id FROM green_points_debt
                WHERE partner_id = ANY(%s) AND holder_kind = %s AND company_id = %s AND paid < amount
             ORDER BY id FOR UPDATE""", partners.ids, kind, company.id))]
        self.invalidate_model(["paid"])
        return self.sudo().browse(ids)  # sudo: see _collect

    def _pay(self, left):
        """Pay this debt out of ``left``: {cohort: cents}, which is lowered by what is taken."""
        paid = to_cents(self.paid, self.currency_id)
        missing, rows = to_cents(self.amount, self.currency_id) - paid, []
        for cohort, held in left.items():
            part = min(held, missing)
            if part:
                left[cohort] -= part
                missing -= part
                rows.append({
                    "partner_id": self.partner_id.id, "holder_kind": self.holder_kind, "cohort_id": cohort.id,
                    "kind": "debt", "cents": -part, "qualified_sale_id": None,
                    "idempotency_key": f"debt,{self.id},{paid},{cohort.id}"})
        if rows:
            self.env["green.points.entry"]._record(rows)
            taken = -sum(row["cents"] for row in rows)
            self.with_context(paying_points_debt=True).write({"paid": from_cents(paid + taken, self.currency_id)})
