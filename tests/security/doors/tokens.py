"""Links that open a document to whoever has them."""

from odoo.tools import mute_logger

from .case import NOISE


class Tokens:
    def test_a_wrong_token_opens_nothing(self):
        """Documents with links of their own: an invented token, none, and that of another document."""
        application, [mine, foreign] = self.world.application, self.world.web_orders
        for document in (application, mine, foreign):
            document._portal_ensure_token()
        self.env.flush_all()
        wrong = []
        for person in ("public", "shopper", "merchant", "staff"):
            self._login(self.people[person])
            for path, secret in ((f"/alliance/apply/{application.id}", application.name),
                                 (f"/my/orders/{foreign.id}", foreign.name)):
                for token in (None, "invented", mine.access_token):
                    with mute_logger(*NOISE):
                        page = self.url_open(f"{path}?access_token={token}" if token else path)
                    if secret in page.text and page.status_code == 200:
                        wrong.append(f"{person}: {path} with {token}")
        self.assertFalse(wrong)
        self._login(self.people["public"])
        self.assertIn(application.name, self.url_open(
            f"/alliance/apply/{application.id}?access_token={application.access_token}").text)
