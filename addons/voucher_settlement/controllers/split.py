import json

from odoo.http import Controller, request, route

from ..tools.split import SplitError

MAX_BYTES = 64 * 1024


class SplitNotices(Controller):
    """Where a provider announces that something was split. Who cannot prove to be the provider is refused."""

    @route("/payment/split/<int:provider_id>/notify", type="http", auth="public", methods=["POST"], csrf=False,
           save_session=False)
    def split_notify(self, provider_id, **_kwargs):
        """Answer 200 to a notice that is the provider's, of now and new; 401 to everything else."""
        # sudo: nobody is logged in; the signature says who it is
        provider = request.env["payment.provider"].sudo().browse(provider_id).exists()
        stream = request.httprequest
        if not provider or not provider._splits() or (stream.content_length or 0) > MAX_BYTES:
            return self._answer(401, "FAIL")
        try:
            taken = request.env["split.notice"].sudo()._take(provider, stream.headers, stream.get_data())
        except SplitError:  # our own access is not in order; it is sent again later
            return self._answer(503, "FAIL")
        return self._answer(200, "SUCCESS") if taken else self._answer(401, "FAIL")

    def _answer(self, status, code):
        return request.make_response(
            json.dumps({"code": code, "message": ""}), [("Content-Type", "application/json")], status=status)
