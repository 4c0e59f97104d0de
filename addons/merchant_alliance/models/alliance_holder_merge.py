from odoo import api, fields, models
from odoo.exceptions import UserError


class AllianceHolderMerge(models.Model):
    """One contact was merged into another: who did it, when, and what changed hands.

    Append-only, one for each company in which the contact that is gone had something. Higher addons add what they
    moved. Ledger rows keep their amounts; only whose they are has changed, and this says so.
    """

    _name = "alliance.holder.merge"
    _description = "Merged Contact"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Merged Into", required=True, readonly=True, index=True, ondelete="restrict")
    source_number = fields.Integer(
        string="Number of the Contact Merged", required=True, readonly=True, aggregator=None,
        help="The database's own number of the contact that is gone.")
    source_name = fields.Char(string="Contact Merged", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Merged by", required=True, readonly=True, ondelete="restrict")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    sale_count = fields.Integer(string="Qualified Sales", readonly=True, help="Sales and refunds that changed hands.")
    ended_binding_id = fields.Many2one(
        "alliance.promoter.binding", string="Binding Ended", readonly=True, ondelete="restrict",
        help="Both were bound to a promoter: the later binding has ended, the earlier one stays.")

    _source_uniq = models.Constraint(
        "UNIQUE (source_number, company_id)", "A contact is merged away once.")
    _not_oneself = models.Constraint(
        "CHECK (source_number <> partner_id)", "A contact is not merged into itself.")

    @api.depends("source_name", "partner_id")
    def _compute_display_name(self):
        for merge in self:
            merge.display_name = f"{merge.source_name} → {merge.partner_id.display_name}"

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("This log follows from merging contacts alone."))

    @api.model
    def _record(self, vals_list):
        return super().create(vals_list)

    def _describe(self):
        """Return what changed hands in this company, as a list of short sentences."""
        self.ensure_one()
        lines = [self.env._("%s qualified sales and refunds", self.sale_count)]
        if binding := self.ended_binding_id:
            lines.append(self.env._("the binding to promoter %s has ended, the earlier one stays",
                                    binding.promoter_id.name))
        return lines
