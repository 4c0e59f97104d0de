import re

from odoo.http import request

from odoo.addons.merchant_alliance.controllers.directory import Directory

SPENDS = re.compile(r"(deduction|shopping)(?:-([0-9]{1,9}))?")


class VoucherDirectory(Directory):
    """The directory can be narrowed down to stores that accept vouchers, or certain vouchers."""

    def _read_params(self, params, categories):
        spends = params.get("spends", "")
        return {
            **super()._read_params(params, categories), "accepts_vouchers": params.get("vouchers") == "1",
            "spends": spends if SPENDS.fullmatch(spends) else None}

    def _get_filters(self, asked):
        filters = {**super()._get_filters(asked), "accepts_vouchers": asked["accepts_vouchers"]}
        if asked["spends"]:
            kind, scope_id = SPENDS.fullmatch(asked["spends"]).groups()
            # sudo: visitors have no rights on scopes; the page shows listed stores, nothing of the scope
            scope = request.env["voucher.scope"].sudo().browse(int(scope_id or 0)).exists()
            filters["spends"] = kind, scope
        return filters

    def _get_query(self, asked):
        return {**super()._get_query(asked), "vouchers": "1" if asked["accepts_vouchers"] else None,
                "spends": asked["spends"]}
