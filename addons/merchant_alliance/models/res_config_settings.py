from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_alliance_store_id = fields.Many2one(
        related="pos_config_id.alliance_store_id", readonly=False, string="Store of the Till")
    website_alliance_store_id = fields.Many2one(
        related="website_id.alliance_store_id", readonly=False, string="Store of the Website")
    alliance_zone = fields.Selection(
        related="company_id.partner_id.tz", readonly=False, string="Time Zone of the Company", help=False)
    alliance_reviewer_id = fields.Many2one(related="company_id.alliance_reviewer_id", readonly=False)
    alliance_review_days = fields.Integer(related="company_id.alliance_review_days", readonly=False)
    alliance_claim_days = fields.Integer(related="company_id.alliance_claim_days", readonly=False)
    alliance_claims_per_day = fields.Integer(related="company_id.alliance_claims_per_day", readonly=False)
    alliance_currency_id = fields.Many2one(related="company_id.currency_id")
    alliance_topup_min = fields.Monetary(
        related="company_id.alliance_topup_min", readonly=False, currency_field="alliance_currency_id")
    alliance_topup_max = fields.Monetary(
        related="company_id.alliance_topup_max", readonly=False, currency_field="alliance_currency_id")
    promoter_rate = fields.Float(related="company_id.promoter_rate", readonly=False)
    promoter_binding_days = fields.Integer(related="company_id.promoter_binding_days", readonly=False)
    promoter_agreement_days = fields.Integer(related="company_id.promoter_agreement_days", readonly=False)
    promoter_link_days = fields.Integer(related="company_id.promoter_link_days", readonly=False)
    promoter_change_allowed = fields.Boolean(related="company_id.promoter_change_allowed", readonly=False)
    alliance_messages_of_merchant = fields.Integer(
        related="company_id.alliance_messages_of_merchant", readonly=False)
    alliance_messages_in_all = fields.Integer(related="company_id.alliance_messages_in_all", readonly=False)
    alliance_offer_review = fields.Boolean(related="company_id.alliance_offer_review", readonly=False)
    alliance_campaign_days = fields.Integer(related="company_id.alliance_campaign_days", readonly=False)
    dividend_journal_id = fields.Many2one(related="company_id.dividend_journal_id", readonly=False)
    dividend_equity_account_id = fields.Many2one(related="company_id.dividend_equity_account_id", readonly=False)
    dividend_payable_account_id = fields.Many2one(related="company_id.dividend_payable_account_id", readonly=False)
