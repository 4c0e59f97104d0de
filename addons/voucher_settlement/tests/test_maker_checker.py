from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_escrow import EscrowCommon

DOCUMENTS = ("alliance.dividend", "ledger.correction", "payout.batch", "voucher.reimbursement")
FORGED = {"state": "submitted", "name": "X"}


@tagged("post_install", "-at_install")
class TestMakerChecker(EscrowCommon):
    """What belongs to steps does not come in by defaults either."""

    def _default(self, values):
        return {f"default_{name}": value for name, value in values.items()}

    def test_context_sets_nothing(self):
        forged = {**FORGED, "maker_id": self.checker.id, "checker_id": self.maker.id, "company_id": 0}
        for name in DOCUMENTS:
            model = self.env[name].with_user(self.maker).with_context(**self._default(forged))
            values = model.default_get([*FORGED, "maker_id", "checker_id"])
            self.assertEqual(values, {"state": "draft", "name": "/"}, name)
        batch = self.env["payout.batch"].with_user(self.maker).with_context(
            **self._default({**forged, "note": "For you"})).create({})
        self.assertEqual(
            (batch.state, batch.maker_id.id, batch.checker_id.id, batch.company_id, batch.note),
            ("draft", False, False, self.company, "For you"))

    def test_own_defaults_set_nothing(self):
        """Whoever is maker and checker pretends that the other person made it."""
        self._sell(1000)
        self._redeem(6)
        self.maker.group_ids += self.env.ref("voucher_settlement.group_settlement_checker")
        for name, value in {"state": "submitted", "maker_id": self.checker.id}.items():
            self.env["ir.default"].with_user(self.maker).set("voucher.reimbursement", name, value, user_id=True)
        document = self.env["voucher.reimbursement"].with_user(self.maker).create(
            {"merchant_id": self.mall.merchant_id.id})
        self.assertEqual((document.state, document.maker_id.id), ("draft", False))
        with self.assertRaisesRegex(UserError, "not possible now"):
            document.action_approve()
