from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import ValidationError

from odoo.addons.merchant_alliance.tools.money import from_cents, split_by_weights, to_cents

from ..tools.allocation import get_bases, take_part

ALLOCATION_FIELDS = ("alloc_pool", "alloc_shopping", "alloc_commission", "alloc_reserve", "alloc_fee")
BASE_FIELDS = ("base_shopper", "base_merchant")


class AllianceQualifiedSale(models.Model):
    _inherit = "alliance.qualified.sale"

    policy_id = fields.Many2one(
        "green.points.policy", string="Points Policy", readonly=True, ondelete="restrict",
        help="Rules in force when the sale was registered.")
    alloc_pool = fields.Monetary(string="To Rebate Pool", readonly=True)
    alloc_shopping = fields.Monetary(string="To Shopping Voucher", readonly=True)
    alloc_commission = fields.Monetary(string="To Promoter Commission", readonly=True)
    alloc_reserve = fields.Monetary(string="To Risk Reserve", readonly=True)
    alloc_fee = fields.Monetary(string="Platform Fee", readonly=True)
    base_shopper = fields.Monetary(string="Shopper's Base Value", readonly=True)
    base_merchant = fields.Monetary(string="Merchant's Base Value", readonly=True)
    reward_state = fields.Selection(
        [("none", "No Rewards"), ("pending", "Pending"), ("held", "Held for Review"),
         ("active", "Active"), ("rejected", "Rejected"), ("cancelled", "Cancelled")],
        string="Rewards", required=True, readonly=True, default="pending",
        help="Of a refund: what became of the part that it takes back.")
    cohort_id = fields.Many2one(
        "green.points.cohort", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Cohort that the points joined.")
    points_entry_ids = fields.One2many(
        "green.points.entry", "qualified_sale_id", string="Points Entries", groups="base.group_user")

    rule_use_ids = fields.One2many(
        "green.points.rule.use", "qualified_sale_id", string="Point Rules", groups="base.group_user")

    _held_idx = models.Index("(sale_datetime) WHERE reward_state = 'held'")

    _allocation_adds_up = models.Constraint(
        "CHECK (policy_id IS NULL OR alloc_pool + alloc_shopping + alloc_commission"
        " + alloc_reserve + alloc_fee = concession_amount)",
        "The parts of a concession must add up to it, to the cent.")
    _gives_within_concession = models.Constraint(
        "CHECK (abs(base_shopper + base_merchant) <= abs(concession_amount))",
        "What a sale gives can never exceed its own concession.")

    def _prepare_registrations(self, vals_list):
        """Add the policy, what the concession is divided into, and the points: of new sales and refunds alike."""
        prepared = super()._prepare_registrations(vals_list)
        drafts = [self.new(vals) for vals in prepared]  # nothing of them is written
        policies = {}
        # origins are touched: two refunds at once do not share out the same remainder
        left = self.browse().union(*(draft.origin_id for draft in drafts))._get_left_cents(
            lambda refund: refund.state != "cancelled")
        for vals, draft in zip(prepared, drafts, strict=True):
            if draft.origin_id:
                vals |= draft._prepare_refund_allocation_vals(left[draft.origin_id])
                continue
            company = draft.company_id
            if company not in policies:
                policies[company] = self.env["green.points.policy"]._get_active(company)
            vals |= draft._prepare_allocation_vals(policies[company])
        return prepared

    def _get_categories_apart(self, company):
        """What was paid for goods that a point rule names gets the rule's points; the rest does not."""
        rules = self.env["green.points.rule"]
        return super()._get_categories_apart(company) | self.env["product.category"].browse(
            rules._get_goods_category_ids(company.id))

    def _after_register(self):
        """Add to the shopper's points what the point rules give."""
        super()._after_register()
        for sales in self.filtered(lambda sale: not sale.origin_id).grouped("company_id").values():
            self.env["green.points.rule"]._apply(sales)

    def _prepare_allocation_vals(self, policy):
        """Return the values that divide this sale's concession under ``policy`` (may be empty)."""
        self.ensure_one()
        concession = to_cents(self.concession_amount, self.currency_id)
        if not policy or not concession:
            return {"reward_state": "none"}
        parts = split_by_weights(concession, self._get_allocation_weights(policy))
        shopper, merchant = get_bases(concession, policy._get_exact("beta"), policy._get_exact("gamma"))
        if self.merchant_id.is_platform:
            merchant = 0
        cents = dict(zip(ALLOCATION_FIELDS + BASE_FIELDS, [*parts, shopper, merchant], strict=True))
        return {"policy_id": policy.id, "reward_state": "pending", **self._prepare_cents(cents)}

    def _get_allocation_weights(self, policy):
        """Return the weights (``Decimal``) of ``ALLOCATION_FIELDS`` for this sale."""
        pool, shopping, commission, reserve, fee = policy._get_weights()
        paid = commission * self._get_promoter_share()
        return [pool + commission - paid, shopping, paid, reserve, fee]

    def _get_promoter_share(self):
        """Return the part of the commission share that the sale's promoter gets, ``Decimal`` 0 to 1.

        What nobody gets goes to the rebate pool.
        """
        self.ensure_one()
        agreement = self.sudo().promoter_agreement_id  # sudo: who registers sales need not know promoters
        return Decimal(repr(agreement.rate)) / 100 if agreement else Decimal(0)

    def _prepare_refund_allocation_vals(self, left):
        """Return the values of this refund as negative parts of what is left of its origin.

        :param dict left: cents by field (``_get_left_cents``); lowered by what this refund takes
        :raise ValidationError: the refund's concession is more than what is left
        """
        self.ensure_one()
        origin = self.origin_id
        if not origin.policy_id:
            return {"reward_state": "none"}
        taken = -to_cents(self.concession_amount, self.currency_id)
        concession = sum(left[fname] for fname in ALLOCATION_FIELDS)
        if taken > concession:
            raise ValidationError(self.env._(
                "Concession of the refund of %(sale)s: at most %(left)s is left to take back.",
                sale=origin.name, left=from_cents(concession, self.currency_id)))
        bases = [left[fname] for fname in BASE_FIELDS]
        # the concession beyond the bases takes its share too, so that all parts add up to the refund
        base_parts = take_part(taken, [*bases, concession - sum(bases)])[:2]
        parts = take_part(taken, [left[fname] for fname in ALLOCATION_FIELDS])
        cents = dict(zip(ALLOCATION_FIELDS + BASE_FIELDS, parts + base_parts, strict=True))
        for fname, part in cents.items():
            left[fname] -= part
        return {
            "policy_id": origin.policy_id.id,
            "reward_state": "pending",
            **self._prepare_cents({fname: -part for fname, part in cents.items()}),
        }

    def _prepare_cents(self, cents):
        return {fname: from_cents(amount, self.currency_id) for fname, amount in cents.items()}

    def _get_left_cents(self, counts):
        """Return what is left of each of these sales after the refunds for which ``counts`` is true.

        :param counts: function of one refund record
        :return: ``{sale: {field: cents}}`` for ``ALLOCATION_FIELDS`` and ``BASE_FIELDS``
        """
        left = defaultdict(dict)
        for sale in self:
            for fname in ALLOCATION_FIELDS + BASE_FIELDS:
                amounts = [sale[fname], *sale.refund_ids.filtered(counts).mapped(fname)]
                left[sale][fname] = sum(to_cents(amount, sale.currency_id) for amount in amounts)
        return left
