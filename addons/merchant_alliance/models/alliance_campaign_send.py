from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize, formataddr

from ..tools.serialize import touch

BATCH = 200
FREQUENCY_DAYS = 7


class AllianceCampaign(models.Model):
    """Campaigns are sent by a job, batch by batch; consent and frequency are looked at when each batch is sent."""

    _inherit = "alliance.campaign"

    @api.model
    def _cron_send(self):
        """Send what waits, the oldest campaign first, as long as there is time."""
        campaigns = self.search([("state", "=", "sending")], order="id")
        waiting = dict(self.env["alliance.campaign.recipient"]._read_group(
            [("state", "=", "waiting"), ("campaign_id", "in", campaigns.ids)], ["campaign_id"], ["__count"]))
        self.env["ir.cron"]._run_each(
            campaigns, lambda campaign: campaign._send(), {one: waiting.get(one, 0) for one in campaigns})

    def _send(self):
        cron, done, in_time = self.env["ir.cron"], True, True
        while done and in_time:
            done, mails = cron._retry(self._send_batch)
            in_time = cron._keep(done)
            # what is interrupted here waits in the queue of outgoing mail
            mails.send(auto_commit=cron._is_job())

    def _send_batch(self):
        """Send the next receivers of this campaign.

        :return: (how many were dealt with, 0 when there are no more; ``mail.mail`` to be sent)
        """
        self.ensure_one()
        self = self.sudo()  # sudo: a job of the platform itself
        mails = self.env["mail.mail"].sudo()
        recipients = self.env["alliance.campaign.recipient"].sudo().search(
            [("campaign_id", "=", self.id), ("state", "=", "waiting")], order="id", limit=BATCH)
        if not recipients:
            if self.state == "sending":
                self.write({"state": "sent", "finished_at": fields.Datetime.now()})
            return 0, mails
        # whoever withdraws at this moment either comes first or makes this batch be tried again
        touch(recipients.consent_id)
        recipients.consent_id.invalidate_recordset(["withdrawn_at"])
        willing = recipients._leave_out()
        if self.kind == "coupon":
            self.env["alliance.coupon"].create([self._prepare_coupon_vals(one.partner_id) for one in willing])
        reachable = willing.filtered(lambda one: email_normalize(one.partner_id.email))
        mails = mails.create([self._prepare_mail_vals(one) for one in reachable])
        willing.write({"state": "sent", "sent_at": fields.Datetime.now()})
        return len(recipients), mails

    def _prepare_mail_vals(self, recipient):
        partner, merchant, consent = recipient.partner_id, self.merchant_id, recipient.consent_id
        sender = email_normalize(self.company_id.email)
        url = consent._get_unsubscribe_url()
        return {
            "subject": self.name, "body_html": self._render_mail(partner, recipient._get_coupon(), url),
            "email_from": formataddr((merchant.name, sender)) if sender else self.env.user.email_formatted,
            "reply_to": merchant.partner_id.email_formatted or False, "email_to": partner.email_formatted,
            "auto_delete": True, "message_type": "email",
            "headers": repr({"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})}

    def _render_mail(self, partner, coupon, unsubscribe_url):
        """Return the mail's body, in the shopper's language."""
        self = self.with_context(lang=partner.lang or self.env.lang)
        return self.env["ir.qweb"]._render("merchant_alliance.campaign_mail", {
            "campaign": self, "merchant": self.merchant_id, "coupon": coupon,
            "text": self._render_text(partner, coupon), "unsubscribe_url": unsubscribe_url,
            "coupons_url": f"{self.merchant_id.get_base_url()}/my/messages"},
            minimal_qcontext=True)


class AllianceCampaignRecipient(models.Model):
    _inherit = "alliance.campaign.recipient"

    def _leave_out(self):
        """Leave out whoever must not or cannot get the message (one campaign's receivers); return the others."""
        campaign = self.campaign_id
        company, since = campaign.company_id, fields.Datetime.now() - timedelta(days=FREQUENCY_DAYS)
        withdrawn = self.filtered(lambda one: one.consent_id.withdrawn_at)
        withdrawn._skip("withdrawn")
        lately = self._get_sent_lately(since)

        def had_enough(one):
            in_all, of_merchant = lately.get(one.partner_id.id, (0, 0))
            return in_all >= company.alliance_messages_in_all or of_merchant >= company.alliance_messages_of_merchant

        enough = (self - withdrawn).filtered(had_enough)
        enough._skip("limit")
        willing = self - withdrawn - enough
        # a coupon is in the shopper's account, too; a message needs an address
        if campaign.kind == "message":
            nowhere = willing.filtered(lambda one: not email_normalize(one.partner_id.email))
            nowhere._skip("address")
            willing -= nowhere
        return willing

    def _get_coupon(self):
        """Return this receiver's coupon of the campaign, may be empty."""
        self.ensure_one()
        return self.env["alliance.coupon"].search(
            [("campaign_id", "=", self.campaign_id.id), ("partner_id", "=", self.partner_id.id)], limit=1)
