from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.voucher_settlement.models import escrow_guard

from .common_escrow import EscrowCommon


@tagged("post_install", "-at_install")
class TestEscrowGuard(EscrowCommon):
    """What PostgreSQL refuses by itself, whatever the program does."""

    def setUp(self):
        super().setUp()
        self.sale = self._sell(1000)
        self._check_commit()
        self.funded = self.sale.funding_id.move_id

    def _refuse(self, pattern, *statements):
        with self.assertRaisesRegex(CheckViolation, pattern), mute_logger("odoo.sql_db"), self.cr.savepoint():
            for query, *params in statements:
                self.env.cr.execute(query, params)
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")

    def _make_draft(self, **vals):
        move = self.env["account.move"].create(self._prepare_theft(**vals))
        self.env.flush_all()
        return move

    POST = ("UPDATE account_move SET state = 'posted' WHERE id = %s",)

    def test_posting_past_the_orm(self):
        draft = self._make_draft()
        self._refuse("only moved by the settlement centre", (*self.POST, draft.id))

    def test_event_and_posting_past_the_orm(self):
        draft = self._make_draft()
        mark = "UPDATE account_move SET escrow_event = %s WHERE id = %s"
        for event in ("reimburse", "fund_reversal", "release"):
            self._refuse("not to zero", (mark, event, draft.id), (*self.POST, draft.id))

    def test_pattern(self):
        draft = self._make_draft(line_ids=[
            (0, 0, {"account_id": self.pool_account.id, "debit": 1}),
            (0, 0, {"account_id": self.escrow_bank.id, "credit": 1})])
        mark = "UPDATE account_move SET escrow_event = %s WHERE id = %s"
        for event in ("release", "redeem", "reimburse", "funded", "earned", "deposit", "invented"):
            self._refuse("does not allow", (mark, event, draft.id), (*self.POST, draft.id))
        self._refuse("no refunds of", (mark, "fund_reversal", draft.id), (*self.POST, draft.id))

    def test_payment_without_reimbursement(self):
        draft = self._make_draft(line_ids=[
            (0, 0, {"account_id": self.posting._get_account("redeemed_due", self.company).id, "debit": 1}),
            (0, 0, {"account_id": self.escrow_bank.id, "credit": 1})])
        mark = ("UPDATE account_move SET escrow_event = 'reimburse' WHERE id = %s", draft.id)
        self._refuse("no approved reimbursement", mark, (*self.POST, draft.id))
        forged = self.env["voucher.reimbursement"].create({"merchant_id": self.merchant.id})
        self.env.flush_all()
        self._refuse(
            "no approved reimbursement", mark,
            ("UPDATE voucher_reimbursement SET state = 'paid', amount = 1, maker_id = %s, checker_id = %s,"
             " move_id = %s WHERE id = %s", self.maker.id, self.checker.id, draft.id, forged.id),
            (*self.POST, draft.id))

    def test_return_without_document(self):
        draft = self._make_draft(line_ids=[
            (0, 0, {"account_id": self.escrow_bank.id, "debit": 1}),
            (0, 0, {"account_id": self.posting._get_account("redeemed_due", self.company).id, "credit": 1})])
        self._refuse(
            "no approved reimbursement",
            ("UPDATE account_move SET escrow_event = 'reimburse_reversal' WHERE id = %s", draft.id),
            (*self.POST, draft.id))

    def test_refund_of_another_amount(self):
        refund = self._refund(self.sale, 500)
        move = refund.funding_id.reversal_move_id
        self._check_commit()
        draft = self._make_draft(line_ids=[
            (0, 0, {"account_id": self.pool_account.id, "debit": 1}),
            (0, 0, {"account_id": self.escrow_bank.id, "credit": 1})])
        self._refuse(
            "no refunds of", ("UPDATE account_move SET escrow_event = 'fund_reversal' WHERE id = %s", draft.id),
            ("UPDATE alliance_funding SET reversal_move_id = %s WHERE reversal_move_id = %s", draft.id, move.id),
            (*self.POST, draft.id))

    def test_lines_of_posted_entries(self):
        bank = self.funded.line_ids.filtered(lambda line: line.account_id == self.escrow_bank)
        for statement in (
            ("UPDATE account_move_line SET balance = balance + 1 WHERE id = %s", bank.id),
            ("UPDATE account_move_line SET account_id = %s WHERE id = %s", self.operating.id, bank.id),
            ("DELETE FROM account_move_line WHERE id = %s", bank.id),
        ):
            self._refuse("stays as it is", statement)

    def test_line_moved_into_a_posted_entry(self):
        plain = self.env["account.move"].create(self._prepare_theft(line_ids=[
            (0, 0, {"account_id": self.operating.id, "debit": 1}),
            (0, 0, {"account_id": self.company.merchant_clearing_account_id.id, "credit": 1})]))
        plain.action_post()
        self._check_commit()
        line = plain.line_ids[0]
        self._refuse(
            "only moved by the settlement centre",
            ("UPDATE account_move_line SET account_id = %s WHERE id = %s", self.escrow_bank.id, line.id))
        self._refuse(
            "only moved by the settlement centre",
            ("UPDATE account_move_line SET account_id = %s, parent_state = 'draft' WHERE id = %s",
             self.escrow_bank.id, line.id))
        self._refuse(
            "stays as it is", ("UPDATE account_move_line SET move_id = %s WHERE id = %s", self.funded.id, line.id))

    def test_posted_entries_stay_posted(self):
        for statement in (
            ("UPDATE account_move SET state = 'draft' WHERE id = %s", self.funded.id),
            ("UPDATE account_move SET escrow_event = NULL WHERE id = %s", self.funded.id),
        ):
            self._refuse("stays as it is", statement)

    def test_roles_of_accounts_with_entries(self):
        self._refuse("cannot change any more", (
            "UPDATE account_account SET escrow_role = NULL WHERE id = %s", self.escrow_bank.id))
        self._refuse("cannot change any more", (
            "UPDATE account_account SET escrow_role = 'risk_reserve' WHERE id = %s", self.operating.id))

    def test_installed_again_and_removed(self):
        query = ("SELECT COUNT(*) FROM pg_trigger WHERE tgname LIKE 'voucher_settlement_%%'"
                 " AND tgname NOT LIKE 'voucher_settlement_tally_%%'")  # those are kept by Tally
        escrow_guard.install_guard(self.env.cr)
        self.env.cr.execute(query)
        self.assertEqual(self.env.cr.fetchone()[0], len(escrow_guard.TRIGGERS))
        escrow_guard.remove_guard(self.env.cr)
        self.env.cr.execute(query)
        self.assertEqual(self.env.cr.fetchone()[0], 0)
        self.env.cr.execute("SELECT COUNT(*) FROM pg_proc WHERE proname LIKE 'voucher_settlement_%%'"
                            " AND proname NOT LIKE 'voucher_settlement_tally_%%'")
        self.assertEqual(self.env.cr.fetchone()[0], 0)
