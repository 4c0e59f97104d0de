import hashlib

from odoo import api, models

from odoo.addons.merchant_alliance.tools.money import to_cents

from ..tools.wechat_split import WeChatSplit

CREDENTIALS = {  # of the library -> of payment.provider
    "mchid": "split_mchid", "appid": "split_appid", "cert_serial_no": "split_serial",
    "private_key": "split_private_key", "apiv3_key": "split_apiv3_key",
    "public_key_id": "split_public_key_id", "public_key": "split_public_key"}
OPTIONAL = ("split_public_key_id", "split_public_key")
RELATIONS = {"escrow": "PARTNER", "platform": "SERVICE_PROVIDER"}
KEPT = 20  # clients a process keeps: one for each provider with its present keys

_clients = {}


class SplitAdapterWechat(models.AbstractModel):
    """WeChat Pay's profit sharing: the platform is the service provider, merchants are its sub-merchants."""

    _name = "split.adapter.wechat"
    _description = "WeChat Pay Profit Sharing"
    _inherit = ["split.adapter"]

    @api.model
    def _get_missing(self, provider):
        fnames = [fname for fname in CREDENTIALS.values() if fname not in OPTIONAL]
        missing = [fname for fname in fnames if not provider[fname]]
        # the platform's public key needs both; without it, its certificates are fetched
        given = [fname for fname in OPTIONAL if provider[fname]]
        return missing + [fname for fname in OPTIONAL if given and fname not in given]

    @api.model
    def _get_client(self, provider):
        """Return the client of ``provider``, kept as long as nothing of its access changes."""
        provider = provider.sudo()  # sudo: keys are the system administrator's
        credentials = {key: (provider[fname] or "").strip() or None for key, fname in CREDENTIALS.items()}
        gateway = provider.split_gateway
        print_ = hashlib.sha256(repr((sorted(credentials.items()), gateway)).encode()).hexdigest()
        key = (self.env.cr.dbname, provider.id, print_)
        if key not in _clients:
            while len(_clients) >= KEPT:
                _clients.pop(next(iter(_clients)))
            _clients[key] = WeChatSplit(credentials, (gateway or "").rstrip("/") or None)
        return _clients[key]

    @api.model
    def _add_receiver(self, receiver):
        self._get_client(receiver.provider_id).add_receiver(
            receiver.payer, receiver.account, receiver.name, RELATIONS[receiver.role])

    @api.model
    def _delete_receiver(self, receiver):
        self._get_client(receiver.provider_id).delete_receiver(receiver.payer, receiver.account)

    @api.model
    def _request(self, order):
        lines = order.line_ids.filtered(lambda line: line.state == "pending")
        return self._get_client(order.provider_id).request(
            order.payer, order.provider_transaction, order.out_order_no,
            [(line.account, to_cents(line.amount, line.currency_id), order.name) for line in lines])

    @api.model
    def _query(self, order, number):
        return self._get_client(order.provider_id).query(order.payer, order.provider_transaction, number)

    @api.model
    def _finish(self, order, number):
        return self._get_client(order.provider_id).finish(
            order.payer, order.provider_transaction, number, order.name)

    @api.model
    def _return(self, giveback):
        order, line = giveback.order_id, giveback.line_id
        return self._get_client(order.provider_id).give_back(
            order.payer, line.out_order_no, giveback.out_return_no, line.account,
            to_cents(giveback.amount, giveback.currency_id), order.name)

    @api.model
    def _query_return(self, giveback):
        order = giveback.order_id
        return self._get_client(order.provider_id).query_return(
            order.payer, giveback.line_id.out_order_no, giveback.out_return_no)

    @api.model
    def _get_cap(self, provider, payer):
        return self._get_client(provider).get_cap(payer)

    @api.model
    def _read_notice(self, provider, headers, body):
        notice = self._get_client(provider).read_notice(headers, body)
        if not notice:
            return None
        number = notice["resource"].get("out_order_no")
        return {"id": notice.get("id") or "", "nonce": headers.get("Wechatpay-Nonce"), "out_order_no": number}
