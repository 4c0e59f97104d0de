from odoo import api, fields, models
from odoo.tools import SQL


class SplitNotice(models.Model):
    """What the provider announced; each message is taken once. A notice proves nothing: the provider is asked."""

    _name = "split.notice"
    _description = "Split Notice"
    _inherit = ["alliance.append.only"]
    _order = "id desc"
    _rec_name = "notice_id"

    provider_id = fields.Many2one("payment.provider", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="provider_id.company_id", store=True)
    notice_id = fields.Char(readonly=True)
    nonce = fields.Char(required=True, readonly=True)
    order_id = fields.Many2one("split.order", readonly=True, index="btree_not_null", ondelete="restrict")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _nonce_uniq = models.Constraint("UNIQUE (provider_id, nonce)", "This message was taken already.")

    @api.model
    def _take(self, provider, headers, body):
        """Take a message that a provider is said to have sent.

        :return: whether it is the provider's own, of now, and new; the order it names is then asked about soon
        """
        notice = provider._get_adapter()._read_notice(provider, headers, body)
        if not notice or not notice["nonce"]:
            return False
        orders = self.env["split.order"].sudo()  # sudo: nobody is logged in
        order = orders.search([
            ("provider_id", "=", provider.id), ("out_order_no", "=", notice["out_order_no"])], limit=1)
        # at once and without an error: of two copies at the same time, one is new
        rows = self.env.execute_query(SQL(
            """INSERT INTO split_notice (provider_id, company_id, notice_id, nonce, order_id, date,
                                         create_date, write_date, create_uid, write_uid)
               VALUES (%(provider)s, %(company)s, %(notice)s, %(nonce)s, %(order)s, %(now)s, %(now)s, %(now)s,
                       %(user)s, %(user)s)
               ON CONFLICT (provider_id, nonce) DO NOTHING RETURNING id""",
            provider=provider.id, company=provider.company_id.id or None, notice=notice["id"][:64],
            nonce=notice["nonce"][:64], order=order.id or None, now=fields.Datetime.now(), user=self.env.uid))
        if rows and order:
            orders._trigger()
        return bool(rows)

    def _get_kept_text(self):
        return self.env._("A notice stays as it came.")
