"""WeChat Pay's profit sharing for service providers (API v3), through the library ``wechatpayv3``.

The library signs requests, checks the signature of every good answer and encrypts receivers' names. Errors are not
signed; nothing irreversible follows from one: a request that was refused is made again under the same number.
"""

import json
import time

import requests
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from .split import CLOSED, PENDING, SUCCESS, SplitAnswer, SplitMissingError, SplitRefusedError, SplitUnknownError

TIMEOUT = 20  # seconds to connect, and to wait for an answer
NOTICE_WINDOW = 300  # seconds by which the time of a notice may differ from ours
PARTS = {"SUCCESS": SUCCESS, "CLOSED": CLOSED, "PENDING": PENDING}
MISSING = ("RESOURCE_NOT_EXISTS", "ORDER_NOT_EXIST")
LATER = ("SYSTEM_ERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED")
SIGNED = ("Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial")


class WeChatSplit:
    """One service provider's access.

    :param dict credentials: ``mchid``, ``appid``, ``cert_serial_no``, ``private_key``, ``apiv3_key``, and
        ``public_key_id`` with ``public_key``; without those two, the platform's certificates are fetched
    :param str gateway: address of the interface, the library's own if empty
    :raise SplitUnknownError: a key cannot be read, or the platform's certificates cannot be had
    """

    def __init__(self, credentials, gateway=None):
        try:
            self._client = _Client(gateway, **credentials)
        except Exception as error:  # noqa: BLE001 the library raises nothing more particular
            raise SplitUnknownError(f"{type(error).__name__}: {error}") from None
        self._public_key_id = credentials.get("public_key_id")

    # -- receivers -----------------------------------------------------------------------------

    def add_receiver(self, payer, account, name, relation):
        """Allow ``payer`` (its number) to split to ``account``; ``name`` is checked there, and sent encrypted."""
        self._call("profitsharing_add_receiver", account_type="MERCHANT_ID", account=account,
                   relation_type=relation, name=name, sub_mchid=payer)

    def delete_receiver(self, payer, account):
        """Allow it no more."""
        self._call("profitsharing_delete_receiver", account_type="MERCHANT_ID", account=account, sub_mchid=payer)

    def get_cap(self, payer):
        """Return what of a payment to ``payer`` may be split off at most: hundredths of a per cent (int)."""
        return int(self._call("profitsharing_config_query", payer)["max_ratio"])

    # -- splitting -----------------------------------------------------------------------------

    def request(self, payer, transaction, number, receivers):
        """Split; what is left stays frozen. The same number again is the same request.

        :param list receivers: ``(account, cents, description)``
        """
        return self._read_order(number, self._call("profitsharing_order", transaction, number, [
            {"type": "MERCHANT_ID", "account": account, "amount": cents, "description": text}
            for account, cents, text in receivers], unfreeze_unsplit=False, sub_mchid=payer))

    def query(self, payer, transaction, number):
        return self._read_order(number, self._call("profitsharing_order_query", transaction, number, sub_mchid=payer))

    def finish(self, payer, transaction, number, text):
        """Unfreeze what is left, for the payer."""
        return self._read_order(number, self._call(
            "profitsharing_unfreeze", transaction, number, text, sub_mchid=payer))

    def get_unsplit(self, transaction):
        """Return the cents of a payment that are still frozen."""
        return int(self._call("profitsharing_amount_query", transaction)["unsplit_amount"])

    def give_back(self, payer, order_number, number, account, cents, text):
        """Return what ``account`` got to the payer, before a refund."""
        return self._read_return(number, self._call(
            "profitsharing_return", number, account, cents, text, out_order_no=order_number, sub_mchid=payer))

    def query_return(self, payer, order_number, number):
        return self._read_return(number, self._call(
            "profitsharing_return_query", order_number, number, sub_mchid=payer))

    # -- notices -------------------------------------------------------------------------------

    def read_notice(self, headers, body, now=None):
        """Return a notice with its decrypted ``resource``, None if it is not the platform's or not of now.

        :param headers: of the request, by name in any case
        :param bytes body: as it came
        """
        signed = [headers.get(name) for name in SIGNED]
        if not all(signed) or (self._public_key_id and signed[3] != self._public_key_id):
            return None
        try:
            if abs((now or time.time()) - int(signed[1])) > NOTICE_WINDOW:
                return None
            notice = self._client.callback(headers, body)
        except Exception:  # noqa: BLE001 whatever is wrong with what strangers send
            return None
        return notice if isinstance(notice, dict) and isinstance(notice.get("resource"), dict) else None

    # -- answers -------------------------------------------------------------------------------

    def _call(self, method, *args, **kwargs):
        try:
            status, body = getattr(self._client, method)(*args, **kwargs)
        except requests.RequestException as error:
            raise SplitUnknownError(f"No answer: {type(error).__name__}") from None
        except Exception as error:  # noqa: BLE001 a wrong signature, for one: the library raises nothing more particular
            raise SplitUnknownError(str(error)) from None
        try:
            data = json.loads(body) if body else {}
        except ValueError:
            data = {}
        if 200 <= status < 300:
            return data
        code = data.get("code") or f"HTTP {status}"
        reason = f"{code}: {data.get('message') or ''}".rstrip(": ")
        if code in MISSING or (status == 404 and code not in LATER):
            raise SplitMissingError(reason)
        raise (SplitUnknownError if status >= 500 or status == 429 or code in LATER else SplitRefusedError)(reason)

    def _read_order(self, number, data):
        self._check_number(number, data.get("out_order_no"))
        return SplitAnswer(data.get("state") == "FINISHED", data.get("order_id") or "", {
            part["account"]: (PARTS.get(part.get("result"), PENDING), part.get("fail_reason") or "", part["amount"])
            for part in data.get("receivers") or ()})

    def _read_return(self, number, data):
        self._check_number(number, data.get("out_return_no"))
        state = {"SUCCESS": SUCCESS, "FAILED": CLOSED, "FAIL": CLOSED}.get(data.get("result"), PENDING)
        return SplitAnswer(state != PENDING, data.get("return_id") or "", {
            data.get("return_mchid"): (state, data.get("fail_reason") or "", data.get("amount"))})

    def _check_number(self, asked, answered):
        if asked != answered:  # rightly signed, but an answer to something else
            raise SplitUnknownError(f"The answer is about {answered}, not about {asked}")


class _Core(Core):
    """The library's core at another address: it has no parameter for that, and may ask for certificates at once."""

    def __init__(self, gateway, **kwargs):
        self._own_gateway = gateway
        super().__init__(**kwargs)

    @property
    def _gate_way(self):
        return self._own_gateway or self._usual_gateway

    @_gate_way.setter
    def _gate_way(self, value):
        self._usual_gateway = value

    def _last_certificate(self):
        """Return the certificate that lasts longest; the library compares times without a zone, which are going."""
        return max(self._certificates, key=lambda certificate: certificate.not_valid_after_utc)


class _Client(WeChatPay):
    """The library's client for service providers, with that core."""

    def __init__(self, gateway, mchid, appid, **kwargs):  # pylint: disable=super-init-not-called
        self._type, self._mchid, self._appid = WeChatPayType.JSAPI, mchid, appid
        self._notify_url, self._partner_mode = None, True
        # no logger: what is sent and received stays out of the logs
        self._core = _Core(gateway, mchid=mchid, timeout=TIMEOUT, **kwargs)
