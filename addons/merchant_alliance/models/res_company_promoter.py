from odoo import fields, models


class ResCompany(models.Model):
    """Terms that are offered to promoters, and how shoppers come to be bound."""

    _inherit = "res.company"

    promoter_rate = fields.Float(
        string="Promoter's Share (%)", digits=(5, 2), default=100.0,
        help="Offered to new promoters: the part of a concession's commission share that is theirs. "
             "The rest goes to the rebate pool.")
    promoter_binding_days = fields.Integer(
        string="Shopper Earns for", default=365,
        help="Days, from being bound, in which a shopper's purchases earn a commission.")
    promoter_agreement_days = fields.Integer(
        string="Agreement Lasts", default=365, help="Days that an agreement is offered for. 0: until it is ended.")
    promoter_link_days = fields.Integer(
        string="Invitation Is Remembered for", default=30,
        help="Days in which who opened a promoter's link can register, or make the first purchase, and is bound.")
    promoter_change_allowed = fields.Boolean(
        string="Shoppers Can Be Moved",
        help="Operators may move a shopper to another promoter, with a reason. Else never.")

    _promoter_terms_positive = models.Constraint(
        "CHECK (promoter_rate > 0 AND promoter_rate <= 100 AND promoter_binding_days > 0"
        " AND promoter_agreement_days >= 0 AND promoter_link_days > 0)",
        "Promoters: a share above 0 and at most 100 %, and days above 0 (an agreement's may be 0).")

    def _get_review_day(self):
        """Return the day (``date``) until which an answer is promised to who applies now; may be False."""
        self.ensure_one()
        calendar = self.resource_calendar_id or self.env.ref("resource.resource_calendar_std")
        last = calendar.plan_days(self.alliance_review_days + 1, fields.Datetime.now(), compute_leaves=True)
        return last and last.date()
