from odoo import api, fields, models
from odoo.fields import Domain


class AllianceStore(models.Model):
    _inherit = "alliance.store"

    accepts_vouchers = fields.Boolean(
        default=True, help="Shoppers can pay with their vouchers here; they are reimbursed from the escrow.")

    def _takes_vouchers_now(self):
        """Return whether vouchers can be spent in this store."""
        self.ensure_one()
        return self.active and self.accepts_vouchers and self.merchant_id.state == "active"

    def _has_sales(self):
        """Vouchers pay for sales, too: their merchant is reimbursed."""
        # sudo: whoever moves it
        return super()._has_sales() or bool(
            self.env["voucher.hold"].sudo().search_count([("store_id", "in", self.ids)], limit=1))

    @api.model
    def _get_directory_domain(self, accepts_vouchers=False, spends=None, **filters):
        """Of the stores looked for, leave those that accept vouchers, or certain ones, if asked for.

        :param spends: (kind, ``voucher.scope`` or none): those at which such vouchers spend
        """
        domain = super()._get_directory_domain(**filters)
        if accepts_vouchers:
            domain &= Domain("accepts_vouchers", "=", True)
        if spends:
            kind, scope = spends
            domain &= scope._get_stores_domain(kind)
        return domain
