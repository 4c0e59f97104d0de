from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common_staff import StaffCommon

# What each person gets on a page: True, or the status of a refusal; "empty": the page with nothing of the market on it.
PAGES = {
    "/my/store": {"owner": True, "staff": "work"},
    "/my/store/staff": {"owner": True, "staff": "empty"},
    "/my/store/staff/{staff}": {"owner": True, "staff": 404},
    "/my/store/work": {"owner": "empty", "staff": True},
    "/my/store/payments": {"owner": True, "staff": True},
    "/my/store/pickups": {"owner": True, "staff": True},
    "/my/store/{east}/sign": {"owner": True, "staff": True},
    "/my/store/{west}/sign": {"owner": True, "staff": 404},
    "/my/contracts/{contract}": {"owner": True, "staff": 404},
    "/my/contracts/{contract}/document": {"owner": 404, "staff": 404},  # signed on paper: there is none
}


@tagged("post_install", "-at_install")
class TestStaffPages(StaffCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {"owner": cls.owner, "staff": cls.worker, "other": cls.other_owner, "shopper": cls.buyer}

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _open(self, path):
        return self.url_open(path.format(
            east=self.east.id, west=self.west.id, contract=self.market.contract_ids.id, staff=self.staff.id))

    def _post(self, path, **data):
        return self.url_open(path, data={"csrf_token": Request.csrf_token(self), **data})

    def test_each_page_for_each_person(self):
        self._sell(12_300, key="page,east", store=self.east)
        for who, user in self.people.items():
            self._login(user)
            for path, expected in PAGES.items():
                answer = expected.get(who, 404 if "{" in path else "empty")
                with self.subTest(who=who, path=path):
                    page = self._open(path)
                    if isinstance(answer, int) and answer is not True:
                        self.assertEqual(page.status_code, answer)
                        continue
                    self.assertEqual(page.status_code, 200, page.text[:300])
                    if answer == "empty":
                        self.assertNotIn("Market West", page.text)
                        self.assertNotIn("my_staff_list", page.text)
                    if answer == "work":
                        self.assertTrue(page.url.endswith("/my/store/work"))

    def test_the_public_logs_in(self):
        for path in PAGES:
            self.assertIn("/web/login", self._open(path).url, path)

    def test_staff_s_page_shows_its_store_s_cash_and_no_concession(self):
        self._sell(12_345, key="page,east", store=self.east)
        self._sell(54_321, key="page,west", store=self.west)
        self.market._deposit("topup", 98_765, "page,top", "bank")
        self._login(self.worker)
        page = self.url_open("/my/store/work").text
        self.assertIn("123.45", page)
        for secret in ("543.21", "7.41", "987.65", "Concession", self.market.contract_ids.name):
            self.assertNotIn(secret, page)
        self.staff.may_sales = False
        page = self.url_open("/my/store/work").text
        self.assertNotIn("123.45", page)

    def test_rights_close_pages(self):
        order = self._collect(self._order(self.product))
        self._pay(order)
        self._login(self.worker)
        self.assertIn(order.name, self.url_open("/my/store/pickups").text)
        self.staff.may_serve = False
        self.assertNotIn(order.name, self.url_open("/my/store/pickups").text)
        self.assertEqual(self._post(f"/my/store/pickups/{order.id}/hand-over", code=order.pickup_code).status_code, 404)
        self.assertEqual(self._open("/my/store/{east}/sign").status_code, 404)
        self.staff.write({"may_serve": True})
        self.assertIn("pickup_done", self._post(
            f"/my/store/pickups/{order.id}/hand-over", code=order.pickup_code).text)

    def test_the_next_request_after_the_end_sees_nothing(self):
        order = self._collect(self._order(self.product))
        self._pay(order)
        self._login(self.worker)
        self.assertIn(order.name, self.url_open("/my/store/pickups").text)
        self.staff._end()
        for path in ("/my/store/pickups", "/my/store/work", "/my/store/payments", "/my/store"):
            page = self.url_open(path).text
            self.assertNotIn(order.name, page)
            self.assertNotIn(self.east.name, page)

    def test_the_owner_invites_changes_and_ends(self):
        self._login(self.owner)
        page = self._post("/my/store/staff/invite", name="Mei", login="no login", **{f"store_{self.east.id}": "on"})
        self.assertIn("staff_error", page.text)
        self.assertIn("no login", page.text, "nothing is lost")
        page = self._post("/my/store/staff/invite", name="Mei", login="+8613800138002", may_sales="on",
                          **{f"store_{self.east.id}": "on", f"store_{self.store.id}": "on"})
        staff = self.env["alliance.staff"].search([("login", "=", "+8613800138002")])
        self.assertEqual((staff.store_ids, staff.may_sales, staff.may_serve), (self.east, True, False))
        self.assertIn("staff_link", page.text)
        self._post(f"/my/store/staff/{staff.id}/change", may_serve="on", **{f"store_{self.west.id}": "on"})
        self.assertEqual((staff.store_ids, staff.may_sales, staff.may_serve), (self.west, False, True))
        self.assertIn("staff_history", self.url_open(f"/my/store/staff/{staff.id}").text)
        self._post(f"/my/store/staff/{staff.id}/end")
        self.assertEqual(staff.state, "ended")

    def test_nobody_else_invites_changes_ends_or_accepts(self):
        invited = self._invite()
        for who in ("staff", "other", "shopper"):
            self._login(self.people[who])
            mine = {f"store_{self.east.id}": "on", f"store_{self.west.id}": "on", "may_sales": "on"}
            for path in (f"/my/store/staff/{self.staff.id}/change", f"/my/store/staff/{self.staff.id}/end",
                         f"/my/store/staff/{invited.id}/remind", f"/my/store/work/{invited.id}/accept",
                         f"/my/store/work/{invited.id}/leave"):
                with self.subTest(who=who, path=path):
                    self.assertEqual(self._post(path, **mine).status_code, 404)
            self._post("/my/store/staff/invite", name="Thief", login="thief@mail.example", **mine)
        self.assertFalse(self.env["alliance.staff"].search([("login", "=", "thief@mail.example")]))
        self.assertEqual((self.staff.state, self.staff.store_ids, invited.state), ("active", self.east, "invited"))

    def test_who_is_invited_accepts_or_leaves(self):
        self.buyer.write({"login": "lin@mail.example", "password": "lin@mail.example", "email": "lin@mail.example"})
        staff = self._invite("lin@mail.example")
        self._login(self.buyer)
        counters = self.make_jsonrpc_request("/my/counters", {"counters": ["my_store_count"]})
        self.assertEqual(counters["my_store_count"], 1)
        self.assertIn("work_invitation", self.url_open("/my/store").text)
        self._post(f"/my/store/work/{staff.id}/accept")
        self.assertEqual(staff.state, "active")
        self.assertIn(self.east.name, self.url_open("/my/store/work").text)
        self._post(f"/my/store/work/{staff.id}/leave")
        self.assertEqual(staff.state, "ended")
        self.assertEqual(self._post(f"/my/store/work/{staff.id}/accept").status_code, 404)

    def test_who_is_invited_by_number_needs_the_owner_s_code(self):
        self.buyer.login = "+8613800138004"
        self.buyer.password = self.buyer.login
        staff = self._invite(self.buyer.login)
        code = staff._get_code_to_hand_over()
        self._login(self.owner)
        page = self.url_open(f"/my/store/staff/{staff.id}").text
        self.assertIn(code, page)
        self.assertNotIn("staff_link", page, "its password is its own")
        self.assertNotIn("Send Again", page, "nothing is sent to a number")
        self._login(self.buyer)
        self.assertNotIn(code, self.url_open("/my/store/work").text)
        self.assertIn("work_error", self._post(f"/my/store/work/{staff.id}/accept").text)
        self.assertIn("work_error", self._post(f"/my/store/work/{staff.id}/accept", code="wrong").text)
        staff.invalidate_recordset()
        self.assertEqual((staff.state, staff.code_tries), ("invited", 2), "wrong codes are counted")
        self.assertIn(f'value="{code}"', self.url_open(f"/my/store/work?code={code}").text)
        self._post(f"/my/store/work/{staff.id}/accept", code=code)
        self.assertEqual(staff.state, "active")
        self.assertIn(self.east.name, self.url_open("/my/store/work").text)

    def test_the_link_to_hand_over_bears_the_code(self):
        staff = self._invite("+8613800138005")
        self.assertIn(f"code%3D{staff._get_code_to_hand_over()}", staff._get_link_to_hand_over())
        self._login(self.owner)
        self.assertIn("staff_code", self.url_open(f"/my/store/staff/{staff.id}").text)
        for who in ("staff", "other", "shopper"):
            self._login(self.people[who])
            self.assertEqual(self._post(
                f"/my/store/work/{staff.id}/accept", code=staff._get_code_to_hand_over()).status_code, 404, who)
