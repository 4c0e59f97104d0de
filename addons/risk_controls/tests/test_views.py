from lxml import etree

from odoo import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import RiskCommon

SUITE = ("merchant_alliance", "green_points", "voucher_settlement", "risk_controls")
# a handful each: kinds of shops, the accounts of a company's escrow group, rules of risk of a company
FEW_ROWS = ("alliance.category", "account.account", "risk.policy")


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

    def test_lists_can_be_searched_and_grouped(self):
        """By their state, merchant, company, and two things at least."""
        companies = self.company | self.env["res.company"].create({"name": "Second Company"})
        viewer = new_test_user(self.env, "viewer_t", company_ids=[Command.set(companies.ids)], groups=(
            "merchant_alliance.group_operator,merchant_alliance.group_auditor,risk_controls.group_risk_analyst,"
            "account.group_account_manager"))
        found = 0
        for action in self._get_list_actions():
            records = self.env[action.res_model].with_user(viewer)
            search = etree.fromstring(records.get_view(action.search_view_id.id, "search")["arch"])
            groups = [safe_eval(node.get("context"))["group_by"].split(":")[0] for node in search.iter("filter")
                      if "group_by" in (node.get("context") or "")]
            found += 1
            with self.subTest(action=action.get_external_id()[action.id]):
                if action.res_model not in FEW_ROWS:
                    self.assertGreater(len(groups), 1)
                for node in search.xpath("filter[@date]"):
                    # else “disputed” and “this month” are disputed ones and all of the month
                    self.assertNotEqual([other.tag for other in node.itersiblings(preceding=True)][:1], ["filter"])
                for name in ("state", "merchant_id", "company_id"):
                    if self._is_grouped_by(records, name):
                        self.assertIn(name, groups)
        self.assertGreater(found, 50)

    def _get_list_actions(self):
        """Return the suite's own actions that show lists of records that last."""
        return self.env["ir.actions.act_window"].search([("view_mode", "ilike", "list")]).filtered(
            lambda action: action.get_external_id()[action.id].split(".")[0] in SUITE
            and not self.env[action.res_model]._transient)

    def _is_grouped_by(self, records, name):
        field = records._fields.get(name)
        return records._name not in (*FEW_ROWS, "account.move.line", "account.move") and field and field.store

    def test_menus_have_an_order(self):
        menus = self.env["ir.ui.menu"].search([("id", "child_of", self.env.ref("merchant_alliance.menu_root").id)])
        for parent, children in menus.grouped("parent_id").items():
            sequences = children.mapped("sequence")
            self.assertEqual(len(set(sequences)), len(sequences), f"{parent.name}: {children.mapped('name')}")

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
