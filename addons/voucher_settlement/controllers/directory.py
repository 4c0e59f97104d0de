from odoo.addons.merchant_alliance.controllers.directory import Directory


class VoucherDirectory(Directory):
    """The directory can be narrowed down to stores that accept vouchers."""

    def _read_params(self, params, categories):
        return {**super()._read_params(params, categories), "accepts_vouchers": params.get("vouchers") == "1"}

    def _get_filters(self, asked):
        return {**super()._get_filters(asked), "accepts_vouchers": asked["accepts_vouchers"]}

    def _get_query(self, asked):
        return {**super()._get_query(asked), "vouchers": "1" if asked["accepts_vouchers"] else None}
