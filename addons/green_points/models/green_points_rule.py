from decimal import ROUND_FLOOR, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from odoo.addons.merchant_alliance.models.scene import SCENES
from odoo.addons.merchant_alliance.tools.money import from_cents, percent_of, to_cents

# Archived or deleted, what a rule names would leave the field empty, which means everybody.
NAMED = {"ondelete": "restrict", "context": {"active_test": False}}


class GreenPointsRule(models.Model):
    """More points for some sales: by scene, merchant, kind of store or goods, time, campaign or shopper.

    What all rules give a sale never exceeds what its concession leaves beyond the policy's own points.
    """

    _name = "green.points.rule"
    _description = "Point Rule"
    _inherit = ["alliance.server.fields", "mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True, help="Shoppers read it with their points.")
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(string="Priority", default=10, required=True, help="The lowest number first.")
    multiplier = fields.Float(
        digits=(6, 4), default=2.0, required=True, tracking=True,
        help="Of the shopper's points under the policy: 2 gives as many again.")
    is_exclusive = fields.Boolean(string="Exclusive", help="Rules after it give nothing more to the same sale.")
    scene = fields.Selection(SCENES, help="Empty: every scene.")
    merchant_ids = fields.Many2many(
        "alliance.merchant", string="Merchants", **NAMED, help="Empty: every merchant.")
    category_ids = fields.Many2many(
        "alliance.category", string="Kinds of Stores", **NAMED, help="Empty: every kind.")
    goods_category_ids = fields.Many2many(
        "product.category", string="Goods", **NAMED,
        help="These categories and those below them: only what was paid for such goods, at a till or in the web mall, "
             "gets more points. Empty: all goods.")
    campaign_id = fields.Many2one(
        "utm.campaign", ondelete="restrict", help="Web orders that came from it; empty: all sales.")
    segment = fields.Selection(
        [("new", "First purchase"), ("returning", "Returning shoppers")], help="Empty: every shopper.")
    partner_category_ids = fields.Many2many(
        "res.partner.category", string="Shoppers' Tags", **NAMED, help="One of them is enough.")
    date_from = fields.Datetime(string="From")
    date_to = fields.Datetime(string="Until")
    hour_from = fields.Float(string="From Hour", help="Of the day, in the company's time zone.")
    hour_to = fields.Float(string="To Hour", default=24.0)
    budget = fields.Monetary(help="Base value that it may give in all; 0: no limit. Reached, it stops.")
    spent = fields.Monetary(string="Budget Spent", readonly=True, required=True, default=0.0, copy=False)
    use_ids = fields.One2many("green.points.rule.use", "rule_id", string="Sales")

    _multiplier_bounds = models.Constraint(
        "CHECK (multiplier > 1 AND multiplier <= 10)", "Multiplier: above 1 and at most 10.")
    _budget_kept = models.Constraint(
        "CHECK (budget >= 0 AND spent >= 0 AND (budget = 0 OR spent <= budget))",
        "Budget: no more can be spent than there is.")
    _hours_ordered = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "Hours: from 0 to 24, the first one earlier.")

    def _get_server_fields(self):
        return {"spent"}

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("spent") for vals in vals_list):
            raise UserError(self.env._("Budget Spent: it follows from sales alone."))
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if "spent" in vals:
            raise UserError(self.env._("Budget Spent: it follows from sales alone."))
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_used(self):
        if self.sudo().use_ids:  # sudo: whoever deletes
            raise UserError(self.env._("A rule that has given points is kept; archive it instead."))
        self.env.registry.clear_cache()

    # -- applying ------------------------------------------------------------

    @api.model
    @ormcache("company_id")
    def _get_ids(self, company_id):
        """Return the ids of a company's active rules, in order: most platforms have few, and sales are many."""
        return tuple(self.sudo().search([("company_id", "=", company_id)]).ids)  # sudo: whoever sells

    @api.model
    @ormcache("company_id")
    def _get_goods_category_ids(self, company_id):
        """Return the ids of the categories of goods that a company's active rules name."""
        return tuple(self.sudo().browse(self._get_ids(company_id)).goods_category_ids.ids)  # sudo: whoever sells

    @api.model
    def _apply(self, sales):
        """Give these new sales (one company) what the rules add to the shopper's points.

        A rule with a budget is locked until the end of the transaction; the last sale gets what is left of it.
        """
        rules = self.sudo().browse(self._get_ids(sales.company_id.id)) if sales else self  # sudo: whoever sells
        uses = []
        for sale in sales.filtered(lambda sale: rules and sale.base_shopper > 0):
            extras = rules._get_extras(sale)
            if extras:
                total = sum(cents for _rule, cents in extras)
                sale.base_shopper = from_cents(to_cents(sale.base_shopper, sale.currency_id) + total, sale.currency_id)
                uses += [{
                    "rule_id": rule.id, "qualified_sale_id": sale.id, "multiplier": rule.multiplier,
                    "extra": from_cents(cents, sale.currency_id)} for rule, cents in extras]
        self.sudo().env["green.points.rule.use"].create(uses)

    def _get_extras(self, sale):
        """Return ``[(rule, cents)]``: what each of these rules gives ``sale``; budgets are lowered by it."""
        currency, extras = sale.currency_id, []
        base = to_cents(sale.base_shopper, currency)
        room = to_cents(sale.concession_amount, currency) - base - to_cents(sale.base_merchant, currency)
        for rule in self:
            if room <= 0:
                break
            if not rule._is_for(sale):
                continue
            percent = (Decimal(repr(rule.multiplier)) - 1) * 100
            cents = rule._spend(min(percent_of(base, percent, ROUND_FLOOR), room))
            if cents:
                extras.append((rule, cents))
                room -= cents
                if rule.is_exclusive:
                    break
        return extras

    def _is_for(self, sale):
        """Tell whether this rule is meant for ``sale`` (sudo)."""
        sale = sale.sudo()
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=sale.company_id._get_zone()), sale.sale_datetime)
        hour = local.hour + local.minute / 60
        return (
            self.scene in (False, sale.scene)
            and (not self.merchant_ids or sale.merchant_id in self.merchant_ids)
            and (not self.category_ids or sale.store_id.category_id in self.category_ids)
            and (not self.goods_category_ids or self._is_for_goods(sale.goods_category_id))
            and (not self.campaign_id or sale.sale_order_id.campaign_id == self.campaign_id)
            and (not self.date_from or sale.sale_datetime >= self.date_from)
            and (not self.date_to or sale.sale_datetime < self.date_to)
            and self.hour_from <= hour < self.hour_to
            and (not self.partner_category_ids or bool(sale.partner_id.category_id & self.partner_category_ids))
            and (not self.segment or self.segment == self._get_segment(sale)))

    def _is_for_goods(self, category):
        """Tell whether goods of ``category`` are among those that this rule names, or below."""
        above = {int(number) for number in (category.parent_path or "").split("/") if number}
        return bool(above & {*self.goods_category_ids.ids})

    @api.model
    def _get_segment(self, sale):
        """Return whether the shopper bought of this company before; parts of one document came together."""
        earlier = sale.search_count([
            ("partner_id", "=", sale.partner_id.id), ("company_id", "=", sale.company_id.id), ("kind", "=", "sale"),
            ("id", "<", sale.id), ("idempotency_key", "!=", sale.idempotency_key)], limit=1)
        return "returning" if earlier else "new"

    def _spend(self, cents):
        """Take ``cents``, or what is left of them, out of the budget; return what was taken."""
        if not self.budget or not cents:
            return cents
        self.flush_recordset()
        [[left]] = self.env.execute_query(SQL(
            "SELECT (budget - spent)::text FROM green_points_rule WHERE id = %s FOR UPDATE", self.id))
        taken = min(cents, to_cents(Decimal(left), self.currency_id))
        if taken > 0:
            self.env.cr.execute(SQL(
                "UPDATE green_points_rule SET spent = spent + %s WHERE id = %s",
                from_cents(taken, self.currency_id), self.id))
            self.invalidate_recordset(["spent"])
        return max(taken, 0)
