from lxml import etree

from odoo.tests import Form, HttpCase, TransactionCase, tagged

from ..tools.wording import find_promises
from .common import GreenPointsCommon

LASTS = 0.65  # times the base value
PROMISES = {
    "最高五倍": "五倍", "最高十二倍": "十二倍", "百倍回报": "百倍", "双倍返还": "双倍", "五年翻两番": "翻两番",
    "资产翻番": "翻番", "非常稳定的收益": "收益", "不错的收益": "收益", "不要错过高收益": "收益",
    "没有上限的收益": "收益", "不仅保证收益": "保证",
    "不止五倍": "五倍", "不会低于五倍": "五倍", "这不是彩票而是稳定收益": "收益", "不保证营业，年化 12%": "年化",
    "百分之百返还": "百分之百", "零点七倍": "零点七倍", "积分无风险": "无风险",
    "five times your money": "five times", "Double your money": "double", "twice what you paid": "twice",
    "Triple it!": "triple", "up to one hundred times": "one hundred times", "ten-fold": "ten-fold",
    "twenty-five times": "twenty-five times", "one hundred percent back": "one hundred percent",
    "not only five times": "five times", "not less than five times": "five times", "no limit to your profit": "profit",
    "not a lottery but a guarantee": "guarantee", "No cost and guaranteed vouchers": "guarantee",
    "Points are not money. Interest is": "interest", "No cash, 5 times its value": "5 times",
}
HONEST = (
    "不承诺收益", "不承诺任何收益", "不对任何人承诺收益", "收益不作任何承诺", "不保证收益、利息或回报率",
    "没有任何形式的收益", "不是五倍", "不保证五倍", "不会翻倍", "并非保本", "不能提现", "无利息", "零点五倍",
    "百分之五十", "双倍积分", "五倍绿色积分",
    "we do not promise returns", "We don't promise any return on money or interest", "We promise no profit",
    "Profits are not guaranteed", "It is not five times your money", "We never promise five times your money",
    "Nobody guarantees twice what you paid", "no cash out", "Double points this week", "5 times as many green points",
    "Vouchers come from what stores concede; no value is promised.", "", None,
)


@tagged("post_install", "-at_install")
class TestFindPromises(TransactionCase):

    def test_promises(self):
        for text, words in PROMISES.items():
            with self.subTest(text):
                self.assertIn(words, [found for _kind, found in find_promises(text, LASTS)])

    def test_honest(self):
        for text in HONEST:
            with self.subTest(text):
                self.assertEqual(find_promises(text, LASTS), [])

    def test_what_was_reached_may_be_said(self):
        for text in ("两倍", "twice", "2 times", "双倍"):
            with self.subTest(text):
                self.assertEqual(find_promises(text, 2.0), [])
                self.assertTrue(find_promises(text, 1.9))


@tagged("post_install", "-at_install")
class TestPolicyWording(GreenPointsCommon, HttpCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_website()

    def test_the_form_warns_while_it_is_typed(self):
        with Form(self.policy.copy()) as form:
            self.assertFalse(form.wording_warning)
            form.public_wording = "Guaranteed: five times your money!"
            self.assertEqual(form.wording_warning, "“guarantee”, “five times”")
            form.public_wording = "Up to 0.6 times the base value; nobody promises more."
            self.assertFalse(form.wording_warning)
            form.weight_pool, form.weight_fee = 40.0, 40.0
            self.assertEqual(form.wording_warning, "“0.6 times”", "45 % of the concessions is all that lasts")

    def test_every_language_is_looked_at(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        draft = self.policy.copy({"public_wording": "No value is promised."})
        draft.with_context(lang="zh_CN").public_wording = "最高五倍"
        self.assertEqual(draft.wording_warning, "“五倍”")
        draft.action_activate()  # a warning, no more
        self.assertEqual((draft.state, draft.wording_warning), ("active", "“五倍”"))

    def test_activating_it_says_so(self):
        operator = self._create_user("wording_operator", groups="merchant_alliance.group_operator")
        form = etree.fromstring(self.env["green.points.policy"].with_user(operator).get_view(view_type="form")["arch"])
        texts = {button.get("invisible"): button.get("confirm") for button in form.iterfind(
            ".//button[@name='action_activate']")}
        self.assertEqual(len(texts), 2)
        self.assertIn("could promise more", texts["state != 'draft' or not wording_warning"])
        self.assertNotIn("could promise more", texts["state != 'draft' or wording_warning"])

    def _get_page(self):
        self.authenticate("wording_shopper", "wording_shopper")
        return self.url_open("/my/green-points").text

    def test_shoppers_read_it(self):
        self._create_user("wording_shopper", self.shopper)
        for wording in (False, " \n"):
            self.policy.public_wording = wording
            self.assertNotIn("points_wording", self._get_page())
        self.policy.public_wording = "Points <b>grow</b>\nwith what stores concede."
        self.policy.copy({"public_wording": "A draft says this."})
        page = self._get_page()
        self.assertRegex(page, r'name="points_wording"[^>]*>Points &lt;b&gt;grow&lt;/b&gt;<br>\s*with what stores')
        self.assertNotIn("A draft says this.", page)
        self.policy.copy({"public_wording": False})._activate()
        self.assertNotIn("points_wording", self._get_page())

    def test_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["website"].search([]).language_ids |= self.env.ref("base.lang_zh_CN")
        self._create_user("wording_shopper", self.shopper)
        self.policy.public_wording = "From what stores concede."
        self.policy.with_context(lang="zh_CN").public_wording = "来自商家的让利。"
        self.authenticate("wording_shopper", "wording_shopper")
        self.assertIn("来自商家的让利。", self.url_open("/zh_CN/my/green-points").text)
        self.assertIn("From what stores concede.", self._get_page())
