from odoo import api, fields, models
from odoo.tools import float_repr, formatLang

from .alliance_qualified_sale_reward import BASE_BY_KIND


class AllianceQualifiedSale(models.Model):
    """“Why did I get this?”, in plain words and the reader's language."""

    _inherit = "alliance.qualified.sale"

    reward_explanation = fields.Char(
        string="Why These Points", compute="_compute_reward_explanation",
        help="How the shopper's points follow from this sale.")
    points_per_unit = fields.Float(
        compute="_compute_points_per_unit", compute_sudo=True, digits=(8, 2),  # sudo: policies are not for everyone
        help="Green points shown for one currency unit of base value: by the policy of the period that they joined, or "
             "would join now.")

    @api.depends(
        "kind", "cash_amount", "concession_amount", "base_shopper", "reward_state", "cohort_id", "points_entry_ids")
    @api.depends_context("lang")
    def _compute_reward_explanation(self):
        for sale in self:
            sale.reward_explanation = sale._get_reward_explanation("shopper")

    @api.depends("cohort_id", "origin_id.cohort_id", "company_id")
    def _compute_points_per_unit(self):
        cohorts = {sale: sale.cohort_id or sale.origin_id.cohort_id for sale in self}
        now = {company: self.env["green.points.cohort"]._get_open_policy(company)
               for company in self.filtered(lambda sale: not cohorts[sale]).company_id}
        for sale, cohort in cohorts.items():
            sale.points_per_unit = (cohort.policy_id or now[sale.company_id]).points_per_unit

    def _get_reward_explanation(self, kind):
        """Return in a few sentences how the points of ``kind`` (shopper or merchant) came about.

        It reads policy and cohort, so the caller must have checked that the sale may be seen.
        """
        self.ensure_one()
        if self.reward_state == "none":
            return self.env._("This sale gives no points.")
        cause = self._explain_refund(kind) if self.kind == "refund" else self._explain_sale(kind)
        return " ".join(filter(None, [cause, self._explain_state(kind), *self._explain_corrections(kind)]))

    def _explain_sale(self, kind):
        sudo = self.sudo()  # sudo: policies are not readable for those who ask; these figures are theirs
        share = sudo.policy_id._get_exact("beta" if kind == "shopper" else "gamma")
        if kind == "merchant" and sudo.merchant_id.is_platform:
            share = 0
        uses = sudo.rule_use_ids if kind == "shopper" else sudo.rule_use_ids.browse()
        cause = self.env._(
            "Of the %(cash)s paid in cash, the store concedes %(rate)s %%: %(concession)s. "
            "%(share)s %% of that is the base value of the points: %(base)s.",
            cash=self._format_amount(self.cash_amount),
            rate=self._format_percent(self.rate),
            concession=self._format_amount(self.concession_amount),
            share=self._format_percent(float(share) * 100),
            base=self._format_amount(self[BASE_BY_KIND[kind]] - sum(uses.mapped("extra"))))
        added = [self.env._(
            "“%(rule)s” adds %(extra)s.", rule=use.rule_id.name, extra=self._format_amount(use.extra))
            for use in uses]
        return " ".join([cause, *added])

    def _explain_refund(self, kind):
        return self.env._(
            "%(cash)s of a sale were refunded, so points with a base value of %(base)s are taken back.",
            cash=self._format_amount(-self.cash_amount),
            base=self._format_amount(-self[BASE_BY_KIND[kind]]))

    def _explain_corrections(self, kind):
        """Return a sentence for each correction of this sale's points."""
        # sudo: the entries are the holder's own; see _get_reward_explanation
        entries = self.sudo().points_entry_ids.filtered(
            lambda entry: entry.kind == "correction" and entry.holder_kind == kind)
        sentences = []
        for entry in entries.sorted("id"):
            values = {"label": entry._get_event_label(), "base": self._format_amount(abs(entry.base))}
            sentences.append(
                self.env._("%(label)s: points with a base value of %(base)s were taken back.", **values)
                if entry.base < 0 else
                self.env._("%(label)s: points with a base value of %(base)s were given back.", **values))
        return sentences

    def _explain_state(self, kind):
        if self.reward_state == "active":
            if self.kind == "refund":
                return self.env._("They belonged to period %s.", self.sudo().cohort_id.number)
            return self.env._("They joined period %s.", self.sudo().cohort_id.number)
        return {
            "pending": self._explain_pending(kind),
            "held": self.env._("They are held while the sale is being reviewed."),
            "rejected": self.env._("The review rejected them."),
            "cancelled": self.env._("The sale was refunded, so they never began."),
        }[self.reward_state] if self.kind == "sale" else ""

    def _explain_pending(self, kind):
        """Return what the points wait for."""
        if kind == "shopper":
            return self.env._("They are pending until the store's money has arrived.")
        if self.collected:
            return self.env._("They are pending until your concession is funded out of what the platform collected.")
        if self.merchant_id.funding_method == "deposit":
            return self.env._("They are pending until your concession is funded: your deposit must hold enough.")
        return self.env._("They are pending until your concession is funded.")

    def _get_shown_points(self, kind):
        """Return the points (float, as shown) that this sale gives its shopper or merchant, or a refund takes."""
        self.ensure_one()
        return self[BASE_BY_KIND[kind]] * self.points_per_unit

    def _format_amount(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    def _format_percent(self, percent):
        return float_repr(percent, 2).rstrip("0").rstrip(".")
