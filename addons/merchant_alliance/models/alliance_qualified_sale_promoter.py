from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .res_partner import HOUSEHOLD, PEOPLE

SNAPSHOT = ("promoter_id", "promoter_binding_id", "promoter_agreement_id", "promoter_exclusion")


class AllianceQualifiedSale(models.Model):
    """Each sale keeps the promoter and agreement that it was made under, or why its promoter gets nothing."""

    _inherit = "alliance.qualified.sale"

    promoter_id = fields.Many2one(
        "alliance.promoter", readonly=True, ondelete="restrict", groups=PEOPLE,
        help="Who earns a commission from this sale: the promoter that its shopper was bound to.")
    promoter_binding_id = fields.Many2one(
        "alliance.promoter.binding", readonly=True, ondelete="restrict", index="btree_not_null", groups=PEOPLE)
    promoter_agreement_id = fields.Many2one(
        "alliance.promoter.agreement", readonly=True, ondelete="restrict", groups=PEOPLE)
    promoter_exclusion = fields.Selection(
        [*HOUSEHOLD, ("agreement", "No Agreement in Force"), ("over", "Binding Earns No More"),
         ("early", "Bound Later")],
        string="No Commission Because", readonly=True, groups=PEOPLE,
        help="Why the promoter that the shopper is bound to gets nothing from this sale.")

    _promoter_whole = models.Constraint(
        "CHECK ((promoter_id IS NULL) = (promoter_binding_id IS NULL)"
        " AND (promoter_id IS NULL) = (promoter_agreement_id IS NULL)"
        " AND (promoter_id IS NULL OR promoter_exclusion IS NULL))",
        "A sale has a promoter by a binding and an agreement, or none.")
    # what a commission refers to: a sale together with its promoter
    _promoter_sale_uniq = models.Constraint("UNIQUE (id, promoter_id)", "A sale has one promoter.")
    _promoter_idx = models.Index("(promoter_id, partner_id, sale_datetime) WHERE promoter_id IS NOT NULL")

    def write(self, vals):
        if set(SNAPSHOT) & set(vals):
            raise UserError(self.env._("The promoter of a sale is the one it was made with."))
        return super().write(vals)

    def _prepare_registrations(self, vals_list):
        """Add who earns from each: bindings of first purchases are made here."""
        prepared = super()._prepare_registrations(vals_list)
        sales = [vals for vals in prepared if vals["kind"] == "sale"]
        self._bind_first_purchases(sales)
        bindings = self._get_bindings(sales)
        shared = {binding: binding._get_shared_household() for binding in bindings.values()}
        for vals in sales:
            if binding := bindings.get((vals["partner_id"], vals["company_id"])):
                vals |= binding._prepare_snapshot(vals["sale_datetime"], shared[binding])
        for vals in prepared:
            if vals["kind"] == "refund":
                origin = self.browse(vals["origin_id"])
                vals |= {name: origin[name].id if name.endswith("_id") else origin[name] for name in SNAPSHOT}
        return prepared

    def _bind_first_purchases(self, sales):
        """Bind shoppers who took up an invitation in time, with the first thing that they buy."""
        moments = defaultdict(list)
        for vals in sales:
            moments[vals["partner_id"]].append(vals["sale_datetime"])
        binding_model = self.env["alliance.promoter.binding"]
        now = fields.Datetime.now()
        invited = self.env["res.partner"].browse(moments).filtered(
            lambda partner: partner.alliance_referral_id and partner.active
            and (partner.alliance_referral_until or now) >= now)
        rows = []
        for partner in invited:
            promoter = partner.alliance_referral_id
            if not binding_model._get_refusal(partner, promoter):
                bound_on = min(*moments[partner.id], fields.Datetime.now())
                rows.append(binding_model._prepare_vals(partner, promoter, "purchase", bound_on=bound_on))
        if rows:
            binding_model._record(rows)

    def _get_bindings(self, sales):
        """Return ``{(shopper's id, company's id): binding}`` of those who are bound now."""
        bindings = self.env["alliance.promoter.binding"]
        bindings.flush_model(["partner_id", "company_id", "ended_on"])
        return {(partner_id, company_id): bindings.browse(binding_id) for binding_id, partner_id, company_id
                in self.env.execute_query(SQL(
                    "SELECT id, partner_id, company_id FROM alliance_promoter_binding"
                    " WHERE partner_id IN %s AND ended_on IS NULL",
                    tuple(vals["partner_id"] for vals in sales) or (0,)))}
