from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestViews(RiskCommon):
    """Every screen opens for those who have its menu, with nothing in it that they may not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.held = cls._hold_one()
        cls.auditor = new_test_user(cls.env, "auditor_t", groups="merchant_alliance.group_auditor")

    def _get_actions(self, user):
        menus = self.env["ir.ui.menu"]
        visible = menus.browse(menus.with_user(user)._visible_menu_ids())
        root = self.env.ref("risk_controls.menu_risk") & visible
        return [menu.action for menu in visible if root and menu.parent_id == root]

    def _read_screen(self, user, action, kind):
        records = self.env[action.res_model].with_user(user)
        wanted = action.view_ids.filtered(lambda line: line.view_mode == kind).view_id
        view = records.get_view(wanted.id, kind)
        nodes = etree.fromstring(view["arch"]).xpath("//field[not(ancestor::field)]/@name")
        return records.search([], limit=5).web_read({name: {} for name in nodes})

    def test_screens_open(self):
        for user in (self.analyst, self.auditor):
            actions = self._get_actions(user)
            self.assertEqual(len(actions), 4)
            for action in actions:
                for kind in action.view_mode.split(","):
                    with self.subTest(user=user.login, action=action.name, kind=kind):
                        self.assertTrue(self._read_screen(user, action, kind))

    def test_the_queue_says_why(self):
        action = self.env.ref("risk_controls.action_review_queue")
        for kind in ("list", "kanban"):
            [row] = [row for row in self._read_screen(self.analyst, action, kind) if row["id"] == self.held.id]
            self.assertEqual(row["held_by"], "Too Many Sales")
            self.assertIn("4 sales", row["held_reason"])

    def test_the_form_opens(self):
        for user in (self.analyst, self.auditor):
            form = Form(self.held.with_user(user))
            self.assertEqual(form.reward_state, "held")

    def test_others_see_no_decisions(self):
        for group in ("merchant_alliance.group_operator", "voucher_settlement.group_settlement_maker",
                      "point_of_sale.group_pos_user"):
            user = new_test_user(self.env, f"other_{group}", groups=f"base.group_user,{group}")
            self.assertFalse(self._get_actions(user))
        operator = self.env["res.users"].search([("login", "=", "other_merchant_alliance.group_operator")])
        self.assertNotIn("risk_decision_ids", self.held.with_user(operator).read()[0])
