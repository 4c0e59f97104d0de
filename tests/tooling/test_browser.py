"""Browser tests work: Odoo's own page, in a real browser, from pytest."""

from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestBrowser(HttpCase):
    def test_login_page_shows_in_the_browser(self):
        self.browser_js("/web/login", "console.log(document.querySelector('[name=login]') ? 'test successful' : 'no')",
                        ready="!!document.querySelector('[name=login]')")

    def test_website_answers_without_a_browser(self):
        self.assertEqual(self.url_open("/web/login").status_code, 200)
