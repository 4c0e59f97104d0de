"""WeChat Pay's profit sharing on 127.0.0.1, as its interface (API v3) is published, for tests.

It verifies the signature of each request and signs each answer, keeps requests by their number (the same number again
is the same request), decrypts receivers' names, and can be told to be slow, to refuse, or to lose an answer after the
work is done.
"""

import base64
import datetime as dt
import json
import re
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

SCHEME = "WECHATPAY2-SHA256-RSA2048"
AUTHORIZATION = re.compile(r'(\w+)="([^"]*)"')
NEEDED = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
WINDOW = 300
STATUS = {"PARAM_ERROR": 400, "INVALID_REQUEST": 400, "SIGN_ERROR": 401, "NO_AUTH": 403, "NOT_ENOUGH": 403,
          "RULE_LIMIT": 403, "RESOURCE_NOT_EXISTS": 404, "FREQUENCY_LIMITED": 429, "SYSTEM_ERROR": 500}


class RefusalError(Exception):
    """The provider says no; the first argument is its code."""


def make_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def to_pem(key):
    """Return a private or public key as PEM text."""
    if isinstance(key, rsa.RSAPrivateKey):
        data = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    else:
        data = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return data.decode()


def make_certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Platform")])
    now = dt.datetime.now(dt.timezone.utc)
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=30)).sign(key, hashes.SHA256()))


class WeChatServer:
    """The provider and one service provider's access to it.

    ``payments`` are put in by the test: ``{transaction_id: [sub_mchid, cents frozen]}``. ``calls`` has each request
    that was rightly signed, ``names`` what receivers were called. ``faults`` says what happens to the next requests
    to a path that begins so: a code (refused), ``lose`` (done, but the connection ends), ``slow`` (half a second),
    ``forge`` (signed by somebody else), ``stale`` (the answer to something else), ``close`` (receivers are refused
    after it was accepted).
    """

    def __init__(self):
        self.merchant_key, self.platform_key, self.stranger_key = make_key(), make_key(), make_key()
        self.mchid, self.serial = "1900000001", "3775B6A45ACD588826D15E583A95F5DD"
        self.apiv3_key = secrets.token_hex(16)
        self.public_key_id = "PUB_KEY_ID_0119000000012024"
        self.certificate = make_certificate(self.platform_key)
        self.signed_by = self.public_key_id  # or the certificate's number
        self.payments, self.names, self.orders, self.returns = {}, {}, {}, {}
        self.receivers, self.balances, self.nonces = set(), {}, set()
        self.calls, self.faults, self.max_ratio, self.processing = [], {}, 3000, 0
        self.lock = threading.RLock()
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_address[1]}"
        threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self):
        self.httpd.shutdown()
        self.httpd.server_close()

    # -- what the interface does -----------------------------------------------------------------

    def answer(self, method, path, query, data, serial):  # noqa: PLR0911 one return for each thing there is
        parts = path.removeprefix("/v3/").split("/")
        if path == "/v3/certificates":
            return self._get_certificates()
        if parts[0] != "profitsharing":
            raise RefusalError("RESOURCE_NOT_EXISTS")
        match method, *parts[1:]:
            case "POST", "receivers", "add":
                return self._add_receiver(data, serial)
            case "POST", "receivers", "delete":
                self.receivers.discard((data["sub_mchid"], data["account"]))
                return {"type": data["type"], "account": data["account"]}
            case "POST", "orders":
                return self._split(data)
            case "POST", "orders", "unfreeze":
                return self._unfreeze(data)
            case "GET", "orders", number:
                return self._get_order(number, query)
            case "POST", "return-orders":
                return self._give_back(data)
            case "GET", "return-orders", number:
                return self._get_return(number, query)
            case "GET", "transactions", number, "amounts":
                return {"transaction_id": number, "unsplit_amount": self.payments[number][1]}
            case "GET", "merchant-configs", sub_mchid:
                return {"sub_mchid": sub_mchid, "max_ratio": self.max_ratio}
        raise RefusalError("RESOURCE_NOT_EXISTS")

    def _get_certificates(self):
        nonce, text = secrets.token_hex(6), self.certificate.public_bytes(serialization.Encoding.PEM)
        sealed = AESGCM(self.apiv3_key.encode()).encrypt(nonce.encode(), text, b"certificate")
        return {"data": [{
            "serial_no": format(self.certificate.serial_number, "X"), "effective_time": "2020-01-01T00:00:00+08:00",
            "expire_time": "2099-01-01T00:00:00+08:00", "encrypt_certificate": {
                "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "certificate",
                "ciphertext": base64.b64encode(sealed).decode()}}]}

    def _add_receiver(self, data, serial):
        if serial not in (self.public_key_id, format(self.certificate.serial_number, "X")):
            raise RefusalError("PARAM_ERROR", "Wechatpay-Serial")
        name = self.platform_key.decrypt(base64.b64decode(data["name"]), padding.OAEP(
            mgf=padding.MGF1(algorithm=hashes.SHA1()), algorithm=hashes.SHA1(), label=None)).decode()
        if self.names.get(data["account"], name) != name:
            raise RefusalError("PARAM_ERROR", "the name is not that of the account")
        self.names[data["account"]] = name
        self.receivers.add((data["sub_mchid"], data["account"]))
        return {"type": data["type"], "account": data["account"], "relation_type": data["relation_type"]}

    def _split(self, data):
        known = self.orders.get(data["out_order_no"])
        if known:
            if known["request"] != data:
                raise RefusalError("INVALID_REQUEST", "the number was used with other parameters")
            return self._show(known)
        payment, total = self._get_payment(data), sum(part["amount"] for part in data["receivers"])
        if total > payment[1]:
            raise RefusalError("NOT_ENOUGH", "more than is left of the payment")
        for part in data["receivers"]:
            if (data["sub_mchid"], part["account"]) not in self.receivers:
                raise RefusalError("NO_AUTH", "not a receiver of this sub-merchant")
        closed = self._pop_fault("close")
        if not closed:
            payment[1] -= total
            for part in data["receivers"]:
                self.balances[part["account"]] = self.balances.get(part["account"], 0) + part["amount"]
        order = self.orders[data["out_order_no"]] = {
            "request": data, "asked": 0, "result": "CLOSED" if closed else "SUCCESS",
            "order_id": f"30000{len(self.orders):05}"}
        return self._show(order)

    def _unfreeze(self, data):
        known = self.orders.get(data["out_order_no"])
        if not known:
            payment = self._get_payment(data)
            self.balances[payment[0]] = self.balances.get(payment[0], 0) + payment[1]
            known = self.orders[data["out_order_no"]] = {
                "request": {**data, "receivers": []}, "asked": 0, "result": "SUCCESS",
                "order_id": f"30000{len(self.orders):05}"}
            payment[1] = 0
        return self._show(known)

    def _get_payment(self, data):
        payment = self.payments.get(data["transaction_id"])
        if not payment or payment[0] != data["sub_mchid"]:
            raise RefusalError("PARAM_ERROR", "no such payment of this sub-merchant")
        return payment

    def _get_order(self, number, query):
        order = self.orders.get(number)
        if not order or [order["request"]["transaction_id"]] != query.get("transaction_id"):
            raise RefusalError("RESOURCE_NOT_EXISTS", "no such order")
        return self._show(order)

    def _show(self, order):
        """Processing for as many answers as ``processing`` says, then finished."""
        finished, order["asked"] = order["asked"] >= self.processing, order["asked"] + 1
        result = order["result"] if finished else "PENDING"
        reason = {"fail_reason": "ACCOUNT_ABNORMAL"} if result == "CLOSED" else {}
        return {key: order["request"][key] for key in ("sub_mchid", "transaction_id", "out_order_no")} | {
            "order_id": order["order_id"], "state": "FINISHED" if finished else "PROCESSING",
            "receivers": [{**part, **reason, "result": result, "detail_id": "3601"}
                          for part in order["request"]["receivers"]]}

    def _give_back(self, data):
        known = self.returns.get(data["out_return_no"])
        if not known:
            order = self.orders.get(data["out_order_no"])
            given = {part["account"]: part["amount"] for part in order["request"]["receivers"]} if order else {}
            back = sum(other["amount"] for other in self.returns.values() if other["result"] == "SUCCESS" and (
                other["out_order_no"], other["return_mchid"]) == (data["out_order_no"], data["return_mchid"]))
            if back + data["amount"] > given.get(data["return_mchid"], 0):
                raise RefusalError("INVALID_REQUEST", "more than the receiver got")
            poor = self.balances.get(data["return_mchid"], 0) < data["amount"]
            known = self.returns[data["out_return_no"]] = {
                **data, "result": "FAILED" if poor else "SUCCESS", "return_id": f"R{len(self.returns)}", "asked": 0}
            if poor:
                known["fail_reason"] = "BALANCE_NOT_ENOUGH"
            else:
                self.balances[data["return_mchid"]] -= data["amount"]
                self.balances[data["sub_mchid"]] = self.balances.get(data["sub_mchid"], 0) + data["amount"]
        return {key: value for key, value in known.items() if key != "asked"}

    def _get_return(self, number, query):
        known = self.returns.get(number)
        if not known or [known["out_order_no"]] != query.get("out_order_no"):
            raise RefusalError("RESOURCE_NOT_EXISTS", "no such return")
        return {key: value for key, value in known.items() if key != "asked"}

    # -- notices ---------------------------------------------------------------------------------

    def make_notice(self, number, key=None, moment=None, nonce=None):
        """Return (headers, body) of the notice that ``number`` was split."""
        seal = secrets.token_hex(6)
        content = json.dumps({"mchid": self.mchid, "out_order_no": number, "transaction_id": "1", "order_id": "2"})
        sealed = AESGCM(self.apiv3_key.encode()).encrypt(seal.encode(), content.encode(), b"profitsharing")
        body = json.dumps({
            "id": f"EV-{secrets.token_hex(8)}", "create_time": "2026-01-01T00:00:00+08:00", "summary": "split",
            "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource", "resource": {
                "algorithm": "AEAD_AES_256_GCM", "original_type": "profitsharing", "nonce": seal,
                "associated_data": "profitsharing", "ciphertext": base64.b64encode(sealed).decode()}}).encode()
        return self.sign(body, key or self.platform_key, moment, nonce), body

    def sign(self, body, key, moment=None, nonce=None):
        moment, nonce = str(int(moment or time.time())), nonce or secrets.token_hex(16)
        text = f"{moment}\n{nonce}\n".encode() + body + b"\n"
        return {
            "Content-Type": "application/json", "Wechatpay-Timestamp": moment, "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.signed_by, "Wechatpay-Signature-Type": SCHEME,
            "Wechatpay-Signature": base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()}

    # -- the wire ----------------------------------------------------------------------------------

    def _pop_fault(self, *kinds, path="/v3/profitsharing/orders"):
        """Return what is to go wrong with a request to ``path`` now, once, if it is one of ``kinds``."""
        for start, faults in self.faults.items():
            if path.startswith(start) and faults and (not kinds or faults[0] in kinds):
                return faults.pop(0)
        return None

    def check_signature(self, method, target, headers, body):
        """Raise RefusalError unless the request is signed by the merchant, now, and for the first time."""
        scheme, _space, rest = (headers.get("Authorization") or "").partition(" ")
        values = dict(AUTHORIZATION.findall(rest))
        if scheme != SCHEME or set(values) != NEEDED or (values["mchid"], values["serial_no"]) != (
                self.mchid, self.serial):
            raise RefusalError("SIGN_ERROR", "Authorization")
        if abs(time.time() - int(values["timestamp"])) > WINDOW or values["nonce_str"] in self.nonces:
            raise RefusalError("SIGN_ERROR", "not of now, or seen before")
        self.nonces.add(values["nonce_str"])
        text = "\n".join([method, target, values["timestamp"], values["nonce_str"], body.decode(), ""])
        try:
            self.merchant_key.public_key().verify(
                base64.b64decode(values["signature"]), text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise RefusalError("SIGN_ERROR", "signature") from None

    def refuse(self, code):
        raise RefusalError(code, "as told")

    def handle(self, handler):
        """Answer one request; return (status, headers, body), None if the answer is lost."""
        url = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        fault, key = None, self.platform_key
        try:
            with self.lock:
                self.check_signature(handler.command, handler.path, handler.headers, body)
                data = json.loads(body) if body else None
                self.calls.append((handler.command, handler.path, data))
                fault = self._pop_fault("lose", "slow", "forge", "stale", *STATUS, path=url.path)
                answer = self.refuse(fault) if fault in STATUS else self.answer(
                    handler.command, url.path, parse_qs(url.query), data, handler.headers.get("Wechatpay-Serial"))
            status = 200
        except RefusalError as refusal:
            code, *more = refusal.args
            status, answer = STATUS[code], {"code": code, "message": "; ".join(more)}
        if fault == "lose":
            return None
        if fault == "slow":
            time.sleep(0.5)
        if fault == "forge":
            key = self.stranger_key
        if fault == "stale":
            answer = {**answer, "out_order_no": "another"}
        content = json.dumps(answer).encode()
        return status, self.sign(content, key), content

    def _make_handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                answer = server.handle(self)
                if not answer:
                    self.close_connection = True
                    return
                status, headers, content = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _answer  # noqa: N815 the server's own names

            def log_message(self, *args):
                pass

        return Handler
