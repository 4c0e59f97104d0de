"""How somebody comes to a door: logged in, with an address."""

from odoo.http import Request
from odoo.tools import mute_logger

from tests.security.test_leaks import LeakCase
from tests.support.roles import get_password
from tests.support.surface import get_own_models

NOISE = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models", "odoo.addons.base.models.ir_model")
SECRET = "SECRETWORD"
EACH = 1  # records of each model and person; the records themselves are all tried in test_leaks


class DoorCase(LeakCase):
    """``people`` of ``LeakCase`` in a browser, and the promoter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promoter = cls.world.promoters[0].partner_id.user_ids

    def _login(self, user):
        self.authenticate(*((None, None) if user._is_public() else (user.login, get_password(user.login))))

    def _ask(self, path, **params):
        """Return (refused, what was said) of a JSON route."""
        with mute_logger(*NOISE):
            response = self.url_open(path, json={"params": params})
        content = response.json() if response.ok else {"error": response.status_code}
        return "error" in content, response.text

    def _send(self, path, **params):
        """Return the answer to a form that was sent."""
        return self.url_open(
            path, data={"csrf_token": Request.csrf_token(self), **params}, allow_redirects=False)

    def _get_targets(self, user):
        """Yield up to ``EACH`` foreign records of each model of ours."""
        for model in get_own_models(self.env):
            if not self.env[model]._abstract and not self.env[model]._transient:
                yield from self._get_foreign(user, model)[:EACH]

    def _walk(self):
        """Yield (person, foreign record), logged in as that person."""
        for person, user in self.people.items():
            self._login(user)
            for record in self._get_targets(user):
                yield person, record
