"""Calls to the public doors of an Odoo server, as anybody on the network can make them."""

from dataclasses import dataclass

REFUSALS = ("odoo.exceptions.", "odoo.http.SessionExpiredException", "werkzeug.exceptions.")


@dataclass(frozen=True)
class Answer:
    """What came back from one call: ``error`` is the exception's name, or None."""

    error: str | None
    result: object = None

    @property
    def is_refused(self) -> bool:
        """Whether the server said no, rather than breaking or answering."""
        return bool(self.error) and self.error.startswith(REFUSALS)


class Caller:
    """Calls methods of models as one user, through the web client's door and through the object service."""

    def __init__(self, case, role: str, user, password: str) -> None:
        self.case, self.role, self.user, self.password = case, role, user, password
        self.uid = user.id
        case.authenticate(user.login if password else None, password)
        self.opener = case.opener

    def call_kw(self, model: str, method: str, args: list, kwargs: dict | None = None) -> Answer:
        """Call through ``/web/dataset/call_kw`` with a logged-in session."""
        return self.post(f"/web/dataset/call_kw/{model}/{method}", {
            "model": model, "method": method, "args": args, "kwargs": kwargs or {}})

    def execute_kw(self, model: str, method: str, args: list, kwargs: dict | None = None) -> Answer:
        """Call through the object service of ``/jsonrpc`` with user id and password."""
        return self.post("/jsonrpc", {"service": "object", "method": "execute_kw", "args": [
            self.case.env.cr.dbname, self.uid, self.password or "invented", model, method, args, kwargs or {}]})

    def post(self, path: str, params: dict) -> Answer:
        """Post a JSON-RPC request and return its answer."""
        self.case.opener = self.opener  # the case lets only its own opener through
        response = self.opener.post(self.case.base_url() + path, json=self.case.build_rpc_payload(params), timeout=60)
        if not response.ok:
            return Answer(f"werkzeug.exceptions.{response.status_code}")
        content = response.json()
        if "error" in content:
            return Answer(content["error"]["data"]["name"])
        return Answer(None, content.get("result"))
