from psycopg2 import IntegrityError
from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import mute_logger

from ..tools.chart import make_chart, make_series
from ..tools.mask import mask_email, mask_name
from .campaign_form import read_campaign
from .portal import MerchantPortal

CUSTOMERS_SHOWN = 50
SEGMENT_DAYS = {"all": 30, "new": 30, "returning": 90, "lapsed": 60, "top": 90, "birthday": 30}


class CampaignPortal(MerchantPortal):
    """A merchant's own customers, and messages to groups of them. Nothing of a shopper but a first name is shown."""

    @route("/my/store/customers", type="http", auth="user", website=True, methods=["GET"])
    def my_customers(self, **_kwargs):
        """Show who agreed to hear from the merchant, without saying who they are, and how many are in which segment."""
        merchant = self._get_my_merchant()
        values = {**self._prepare_portal_layout_values(), "page_name": "my_customers", "merchant": merchant}
        if merchant:
            rows = merchant._get_segment_rows("all", days=365)
            values |= {
                "count": len(rows), "customers": self._mask_rows(rows[:CUSTOMERS_SHOWN]),
                "chart": self._make_segment_chart(merchant),
                # sudo: merchants have no rights on campaigns, these are their own
                "campaigns": self._search_my_campaigns([], limit=20)}
        return request.render("merchant_alliance.portal_my_customers", values)

    def _mask_rows(self, rows):
        """Return what the merchant may see of ``rows`` of a segment."""
        # sudo: of shoppers who agreed, a first name and a masked address leave this method
        partners = request.env["res.partner"].sudo().browse([row[1] for row in rows])
        return [{"name": mask_name(partner.name), "contact": mask_email(partner.email), "times": times or 0,
                 "last": last, "spent": spent or 0.0}
                for partner, (_consent, _partner, times, last, spent) in zip(partners, rows, strict=True)]

    def _make_segment_chart(self, merchant):
        labels = dict(request.env["alliance.campaign"]._fields["segment"]._description_selection(request.env))
        counts = {code: merchant._count_segment(code, days=days) for code, days in SEGMENT_DAYS.items()}
        return make_chart("segments", request.env._("Your customers by segment"), [labels[code] for code in counts], [
            make_series(request.env._("Customers"), list(counts.values()))])

    # -- campaigns ----------------------------------------------------------------------------------

    @route(["/my/store/campaigns/new", "/my/store/campaigns/<int:campaign_id>/edit"], type="http", auth="user",
           website=True, methods=["GET"])
    def edit_campaign(self, campaign_id=None, **kwargs):
        """Show the form of a new campaign, or of a draft of the merchant's own."""
        campaign = self._get_my_campaign(campaign_id) if campaign_id else None
        return self._render_campaign_form(campaign, {"segment": kwargs.get("segment")} if not campaign else {}, {})

    @route("/my/store/campaigns/save", type="http", auth="user", website=True, methods=["POST"])
    def save_campaign(self, campaign_id=None, **post):
        """Keep a draft, and show it with the number of its receivers."""
        merchant = self._get_my_merchant()
        if not merchant:
            raise NotFound
        campaign = self._get_my_campaign(int(campaign_id)) if (campaign_id or "").isdecimal() else None
        vals, errors = read_campaign(request.env, merchant, post)
        if not errors:
            try:
                with mute_logger("odoo.sql_db"), request.env.cr.savepoint():
                    # sudo: merchants have no rights on campaigns; it is the user's merchant, each value was read
                    if campaign:
                        campaign.write(vals)
                    else:
                        campaign = request.env["alliance.campaign"].sudo().create({**vals, "merchant_id": merchant.id})
                    campaign.flush_recordset()
            except (UserError, IntegrityError) as error:
                errors = {"form": str(error) if isinstance(error, UserError) else request.env._(
                    "These terms do not fit together. Please check the amounts and days.")}
        if errors:
            return self._render_campaign_form(campaign, post, errors)
        return request.redirect(f"/my/store/campaigns/{campaign.id}")

    @route("/my/store/campaigns/<int:campaign_id>", type="http", auth="user", website=True, methods=["GET"])
    def my_campaign(self, campaign_id, **_kwargs):
        """Show a campaign: a preview before it is sent, its progress and what it brought after."""
        return self._render_campaign(self._get_my_campaign(campaign_id))

    @route("/my/store/campaigns/<int:campaign_id>/send", type="http", auth="user", website=True, methods=["POST"])
    def send_campaign(self, campaign_id, **_kwargs):
        """Send it, once."""
        campaign = self._get_my_campaign(campaign_id)
        try:
            with request.env.cr.savepoint():
                campaign._start()
        except UserError as error:
            return self._render_campaign(campaign, error=str(error))
        return request.redirect(f"/my/store/campaigns/{campaign_id}")

    @route("/my/store/campaigns/<int:campaign_id>/discard", type="http", auth="user", website=True, methods=["POST"])
    def discard_campaign(self, campaign_id, **_kwargs):
        """Throw a draft away."""
        campaign = self._get_my_campaign(campaign_id)
        try:
            campaign.unlink()
        except UserError as error:
            return self._render_campaign(campaign, error=str(error))
        return request.redirect("/my/store/customers")

    # -- what is the user's own -----------------------------------------------------------------------

    def _search_my_campaigns(self, domain, **options):
        """Return campaigns (sudo) of the user's own merchant."""
        # sudo: merchants have no rights on campaigns; the domain leaves those of the user's merchant
        return request.env["alliance.campaign"].sudo().search(
            [("merchant_id", "in", self._get_my_merchant().ids), *domain], **options)

    def _get_my_campaign(self, campaign_id):
        campaign = self._search_my_campaigns([("id", "=", campaign_id)])
        if not campaign:
            raise NotFound
        return campaign

    # -- pages ----------------------------------------------------------------------------------------

    def _render_campaign_form(self, campaign, values, errors):
        merchant = self._get_my_merchant()
        fields = request.env["alliance.campaign"]._fields
        if campaign and not values:
            values = {name: campaign[name] for name in (
                "name", "body", "kind", "segment", "days", "top_count", "discount", "discount_amount",
                "discount_percent", "discount_max", "purchase_min", "valid_from", "valid_to")}
            values["categ_id"] = campaign.categ_id.id
        return request.render("merchant_alliance.portal_campaign_form", {
            **self._prepare_portal_layout_values(), "page_name": "my_campaign_form", "merchant": merchant,
            "campaign": campaign, "values": values, "errors": errors, "currency": merchant.currency_id,
            "segments": fields["segment"]._description_selection(request.env),
            "categories": merchant._get_sold_categories() if merchant else []})

    def _render_campaign(self, campaign, error=None):
        values = {
            **self._prepare_portal_layout_values(), "page_name": "my_campaign", "campaign": campaign, "error": error,
            "segment": dict(campaign._fields["segment"]._description_selection(request.env))[campaign.segment]}
        if campaign.state == "draft":
            values |= {"receivers": campaign._count_receivers(), "preview": campaign._render_text(
                request.env["res.partner"].new({"name": request.env._("Mei Li")}))}
        else:
            results = campaign._get_results()
            values |= {"progress": campaign._get_progress(), "results": results, "chart": make_chart(
                "brought", request.env._("Sales by days since the message"),
                [str(day) for day in results["by_day"]],
                [make_series(request.env._("Sales"), list(results["by_day"].values()), campaign.currency_id)])}
        return request.render("merchant_alliance.portal_my_campaign", values)
