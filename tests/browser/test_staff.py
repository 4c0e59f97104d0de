"""A merchant's staff on the phone: invited with a number, at work, ended; and the owner tops the deposit up."""

from odoo.tests import HttpCase, tagged

from odoo.addons.merchant_alliance.tests.common_staff import StaffCommon

from tests.support.screenshots import PicturedTours


@tagged("post_install", "-at_install")
class TestStaffTour(PicturedTours, StaffCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def _tour(self, name, url, login):
        self.start_tour(url, name, login=login, timeout=180, picture=name)

    def test_from_the_invitation_to_the_end(self):
        self.staff.unlink()
        self._sell(8_800, key="tour,east", store=self.east)
        self._tour("staff_owner_invites", "/my/store", "market_owner")
        staff = self.env["alliance.staff"].search([("login", "=", "+8613800138003")])
        link = staff._get_link_to_hand_over()
        self.assertIn("/web/signup?", link)
        self._tour("staff_accepts", "/web/signup?" + link.split("?", 1)[1], None)
        self.assertEqual(staff.state, "active")
        staff.user_id.password = staff.login  # the tours log in with it
        self._tour("staff_serves", "/my/store", staff.login)
        self.env.flush_all()
        self.cr.flush()  # what a commit writes down of the log
        self._tour("staff_owner_ends", f"/my/store/staff/{staff.id}", "market_owner")
        self._tour("staff_sees_nothing", "/my/store/work", staff.login)

    def test_the_owner_tops_up(self):
        self._tour("topup_deposit", "/my/store", "market_owner")
        self.assertEqual(self.market.deposit_entry_ids.mapped("amount"), [1500.0])
