from odoo import fields, models
from odoo.tools import SQL


class AllianceCampaignRecipient(models.Model):
    """One shopper of a campaign, and what became of the message."""

    _name = "alliance.campaign.recipient"
    _description = "Campaign's Receiver"
    _inherit = ["alliance.server.fields"]
    _order = "id"
    _log_access = False

    campaign_id = fields.Many2one("alliance.campaign", required=True, readonly=True, ondelete="restrict")
    merchant_id = fields.Many2one("alliance.merchant", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="campaign_id.company_id")
    consent_id = fields.Many2one("alliance.consent", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", string="Shopper", required=True, readonly=True, ondelete="restrict")
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("skipped", "Left Out")], required=True, readonly=True)
    reason = fields.Selection(
        [("withdrawn", "Consent Withdrawn"), ("limit", "Had Enough Messages"), ("address", "No Mail Address"),
         ("stopped", "Campaign Stopped"), ("merged", "Contacts Merged")], readonly=True)
    sent_at = fields.Datetime(readonly=True)
    merged = fields.Boolean(readonly=True, help="Of a contact that was merged into this one, which was chosen, too.")

    _shopper_once = models.UniqueIndex(
        "(campaign_id, partner_id) WHERE merged IS NOT TRUE", "Each shopper gets a campaign once.")
    _sent_has_time = models.Constraint(
        "CHECK ((state = 'sent') = (sent_at IS NOT NULL) AND (state = 'skipped') = (reason IS NOT NULL))",
        "What was sent has a time, who was left out a reason.")
    _waiting_idx = models.Index("(campaign_id, id) WHERE state = 'waiting'")
    _frequency_idx = models.Index("(partner_id, sent_at) WHERE state = 'sent'")

    def _skip(self, reason):
        """Leave these out."""
        self.write({"state": "skipped", "reason": reason})

    def _skip_waiting(self, reason):
        self.sudo().filtered(lambda one: one.state == "waiting")._skip(reason)  # sudo: nobody may write otherwise

    def _get_sent_lately(self, since):
        """Return ``{partner's id: (messages in all, of this merchant)}`` sent after ``since``; of one campaign."""
        self.flush_model()
        return {partner_id: (in_all, of_merchant) for partner_id, in_all, of_merchant in self.env.execute_query(SQL(
            """SELECT partner_id, COUNT(*), COUNT(*) FILTER (WHERE merchant_id = %s)
                 FROM alliance_campaign_recipient
                WHERE partner_id IN %s AND state = 'sent' AND sent_at > %s GROUP BY partner_id""",
            self.merchant_id.id, tuple(self.partner_id.ids) or (0,), since))}
