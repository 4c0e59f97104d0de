from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from .portal import MerchantPortal


class ContractPortal(MerchantPortal):
    """Concession contracts in the portal: to read, to sign on a phone, to keep."""

    @http.route("/my/contracts/<int:contract_id>", type="http", auth="user", website=True, methods=["GET"])
    def my_contract(self, contract_id, **_kwargs):
        """Show one of the merchant's contracts; to be signed where it waits for that."""
        contract = self._get_my_contract(contract_id)
        return request.render("merchant_alliance.portal_my_contract", {
            **self._prepare_portal_layout_values(),
            "page_name": "my_contract",
            "contract": contract.sudo(),  # sudo: company, login and document on it; it is the merchant's own
            "merchant": contract.merchant_id,
        })

    @http.route("/my/contracts/<int:contract_id>/sign", type="jsonrpc", auth="user", website=True)
    def my_contract_sign(self, contract_id, name=None, signature=None):
        """Sign for the merchant.

        :return: what Odoo's signature form expects: ``error``, or where to go on
        """
        contract = self._get_my_contract(contract_id)
        try:
            with request.env.cr.savepoint():
                # sudo: a merchant reads its contracts and signs them, it writes nothing else
                contract.sudo()._sign(name, signature, request.env.user, request.httprequest.remote_addr)
        except (UserError, ValueError, TypeError) as error:
            return {"error": str(error) if isinstance(error, UserError) else request.env._(
                "The signature could not be read. Please draw it again.")}
        return {"force_refresh": True, "redirect_url": contract._get_portal_path()}

    @http.route("/my/contracts/<int:contract_id>/document", type="http", auth="user", website=True, methods=["GET"])
    def my_contract_document(self, contract_id, **_kwargs):
        """Download the signed document, as it was signed."""
        document = self._get_my_contract(contract_id).sudo().document_id  # sudo: of the merchant's own contract
        if not document:
            raise NotFound
        return request.make_response(document.raw, [
            ("Content-Type", document.mimetype), ("Content-Security-Policy", "sandbox"),
            ("Content-Disposition", content_disposition(document.name))])

    def _get_my_contract(self, contract_id):
        """Return the user's own contract; others are not there."""
        contract = request.env["alliance.contract"].search([
            ("id", "=", contract_id), ("state", "!=", "draft"),
            ("merchant_id", "in", request.env["alliance.merchant"].search(self._get_my_merchant_domain()).ids)])
        if not contract:
            raise NotFound
        return contract
