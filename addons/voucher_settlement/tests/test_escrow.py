from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common_escrow import EscrowCommon


@tagged("post_install", "-at_install")
class TestEscrowTheft(EscrowCommon):
    """One cent of escrow money for operations: refused to an accounting manager and to superuser code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "accounting_manager",
            groups="base.group_user,account.group_account_manager,account.group_account_user,account.group_validate_bank_account,"
                   "point_of_sale.group_pos_manager,base.group_system")
        cls.stranger = cls._make_partner("Stranger")
        cls.bank_journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1)

    def setUp(self):
        super().setUp()
        self._sell(1000)
        self.posting._post_concessions_earned(self.company)

    def _try(self, steal):
        """Let an accounting manager and superuser code ``steal(env)``: refused, and nothing changed."""
        before = self._get_books()
        for env in (self.env(user=self.manager.id, su=False), self.env(su=True)):
            with self.subTest(user=env.user.login, su=env.su):
                with self.assertRaises(UserError) as caught, self.cr.savepoint():
                    steal(env)
                self.assertNotIsInstance(caught.exception, AccessError)  # not for want of rights
                self.assertRegex(str(caught.exception), "(?i)escrow|settlement centre")
                self.env.invalidate_all()
                self.assertEqual(self._get_books(), before)
                self._check_commit()

    def _get_books(self):
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT a.id, a.escrow_role, a.account_type, a.active, a.code_store::text, SUM(l.balance), COUNT(l.id)
              FROM account_account a LEFT JOIN account_move_line l
                ON l.account_id = a.id AND l.parent_state = 'posted'
             WHERE a.escrow_role IS NOT NULL OR a.id = %s GROUP BY a.id ORDER BY a.id""", [self.operating.id])
        return self.env.cr.fetchall()

    # -- entries ---------------------------------------------------------------------------------

    def test_direct_entry(self):
        self._try(lambda env: env["account.move"].create(self._prepare_theft()).action_post())

    def test_entry_in_the_escrow_journal(self):
        journal = self.company.escrow_journal_id
        self._try(lambda env: env["account.move"].create(
            self._prepare_theft(journal_id=journal.id)).action_post())

    def test_entry_that_keeps_the_equation(self):
        """Even from one escrow account to another: only the settlement centre moves them."""
        self._try(lambda env: env["account.move"].create(self._prepare_theft(line_ids=[
            (0, 0, {"account_id": self.pool_account.id, "debit": 1}),
            (0, 0, {"account_id": self.escrow_bank.id, "credit": 1})])).action_post())

    def test_state_written_directly(self):
        self._try(lambda env: env["account.move"].create(self._prepare_theft()).write({"state": "posted"}))

    def test_event_set_by_hand(self):
        self._try(lambda env: env["account.move"].create(self._prepare_theft(escrow_event="reimburse")))
        self._try(lambda env: env["account.move"].create(self._prepare_theft()).write({"escrow_event": "reimburse"}))

    def test_event_by_default(self):
        """Lines that the event allows, so that nothing but who made the entry is wrong."""
        draft = self.env["account.move"].create(self._prepare_release())
        by_context = {"default_escrow_event": "claw"}
        self._try(lambda env: env["account.move"].with_context(**by_context).create(
            self._prepare_release()).action_post())
        self._try(lambda env: draft.with_env(env).with_context(**by_context).copy().action_post())
        self._try(lambda env: env["account.bank.statement.line"].with_context(**by_context).create({
            "journal_id": self.bank_journal.id, "payment_ref": "Mine", "amount": 1}))
        for user in (self.manager, self.env.user):  # each one's own
            self.env["ir.default"].with_user(user).sudo().set("account.move", "escrow_event", "claw", user_id=user.id)
        self._try(lambda env: env["account.move"].create(self._prepare_release()).action_post())
        self._try(lambda env: draft.with_env(env).copy().action_post())

    def _prepare_release(self):
        """Return values of an entry that takes one unit from vouchers outstanding to the pool, as a clawback does."""
        outstanding = self.posting._get_account("vouchers_outstanding", self.company)
        return self._prepare_theft(line_ids=[
            (0, 0, {"account_id": outstanding.id, "debit": 1}),
            (0, 0, {"account_id": self.pool_account.id, "credit": 1})])

    def test_draft_edited_then_posted(self):
        def steal(env):
            move = env["account.move"].create(self._prepare_theft(line_ids=[
                (0, 0, {"account_id": self.operating.id, "debit": 0.01}),
                (0, 0, {"account_id": self.company.merchant_clearing_account_id.id, "credit": 0.01})]))
            move.line_ids[1].account_id = self.escrow_bank
            move.action_post()
        self._try(steal)

    def test_posted_entry_edited(self):
        move = self.env["account.move"].create(self._prepare_theft(line_ids=[
            (0, 0, {"account_id": self.operating.id, "debit": 0.01}),
            (0, 0, {"account_id": self.company.merchant_clearing_account_id.id, "credit": 0.01})]))
        move.action_post()
        line = move.line_ids.filtered("credit")
        self._try(lambda env: line.with_env(env).write({"account_id": self.escrow_bank.id}))
        self._try(lambda env: move.with_env(env).with_context(skip_readonly_check=True).write(
            {"line_ids": [(1, line.id, {"account_id": self.escrow_bank.id})]}))

    def test_invoice_line(self):
        self._try(lambda env: env["account.move"].create({
            "move_type": "in_invoice", "partner_id": self.stranger.id, "invoice_date": fields.Date.today(),
            "invoice_line_ids": [(0, 0, {
                "name": "Consulting", "quantity": 1, "price_unit": 0.01, "tax_ids": [],
                "account_id": self.escrow_bank.id})]}).action_post())

    def test_tax_account(self):
        def steal(env):
            tax = env["account.tax"].create({
                "name": "Escrow tax", "amount": 10, "type_tax_use": "purchase",
                "invoice_repartition_line_ids": [
                    (0, 0, {"repartition_type": "base"}),
                    (0, 0, {"repartition_type": "tax", "account_id": self.escrow_bank.id})],
                "refund_repartition_line_ids": [
                    (0, 0, {"repartition_type": "base"}), (0, 0, {"repartition_type": "tax"})]})
            env["account.move"].create({
                "move_type": "in_invoice", "partner_id": self.stranger.id, "invoice_date": fields.Date.today(),
                "invoice_line_ids": [(0, 0, {
                    "name": "Consulting", "quantity": 1, "price_unit": 10, "tax_ids": [(6, 0, tax.ids)]})],
            }).action_post()
        self._try(steal)

    # -- entries of the settlement centre --------------------------------------------------------

    def test_own_entries_stay(self):
        move = self.env["account.move"].search([("escrow_event", "=", "funded")], limit=1)
        self._try(lambda env: move.with_env(env).button_draft())
        self._try(lambda env: move.with_env(env).button_cancel())
        self._try(lambda env: move.with_env(env).write({"state": "draft"}))
        self._try(lambda env: move.with_env(env)._reverse_moves(cancel=True))
        self._try(lambda env: move.with_env(env).with_context(force_delete=True).unlink())
        self._try(lambda env: env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids).create({
                "journal_id": move.journal_id.id, "reason": "Mine"}).reverse_moves())

    def test_transfer_wizard(self):
        line = self.env["account.move.line"].search([("account_id", "=", self.escrow_bank.id)], limit=1)
        self._try(lambda env: env["account.automatic.entry.wizard"].with_context(
            active_model="account.move.line", active_ids=line.ids).create({
                "action": "change_account", "date": fields.Date.today(), "journal_id": self.misc.id,
                "destination_account_id": self.operating.id}).do_action())

    # -- banks, payments, tills ------------------------------------------------------------------

    def test_journal_on_the_escrow(self):
        def journal(env, **vals):
            return env["account.journal"].create({"name": "Mine", "code": "MINE", "type": "bank", **vals})
        self._try(lambda env: journal(env, default_account_id=self.escrow_bank.id))
        self._try(lambda env: journal(env, suspense_account_id=self.pool_account.id))
        self._try(lambda env: journal(env, type="cash", default_account_id=self.escrow_bank.id))
        self._try(lambda env: journal(env, type="cash").write({"loss_account_id": self.escrow_bank.id}))

    def test_bank_statement(self):
        """With the escrow bank as counterpart; and with a journal put on it past the check."""
        bank = self.env["account.journal"].search([("type", "=", "bank"), ("code", "!=", "VOUC")], limit=1)
        self._try(lambda env: env["account.bank.statement.line"].create({
            "journal_id": bank.id, "amount": 0.01, "payment_ref": "In", "date": fields.Date.today(),
            "counterpart_account_id": self.escrow_bank.id}))
        self._put_on_escrow(bank, "default_account_id")
        self._try(lambda env: env["account.bank.statement.line"].create({
            "journal_id": bank.id, "amount": -0.01, "payment_ref": "Out", "date": fields.Date.today()}))

    def test_statement_line_reconciled_to_the_escrow(self):
        bank = self.env["account.journal"].search([("type", "=", "bank"), ("code", "!=", "VOUC")], limit=1)
        statement_line = self.env["account.bank.statement.line"].create({
            "journal_id": bank.id, "amount": 0.01, "payment_ref": "In", "date": fields.Date.today()})
        suspense = statement_line.move_id.line_ids.filtered(
            lambda line: line.account_id == bank.suspense_account_id)
        self._try(lambda env: suspense.with_env(env).write({"account_id": self.escrow_bank.id}))

    def test_payment(self):
        bank = self.env["account.journal"].search([("type", "=", "bank"), ("code", "!=", "VOUC")], limit=1)
        lines = bank.outbound_payment_method_line_ids
        self._try(lambda env: lines.with_env(env).write({"payment_account_id": self.escrow_bank.id}))
        for kind in ("outbound", "inbound"):
            method = bank[f"{kind}_payment_method_line_ids"][0]
            self.env.cr.execute("UPDATE account_payment_method_line SET payment_account_id = %s WHERE id = %s",
                                [self.escrow_bank.id, method.id])
            method.invalidate_recordset()
            self._try(lambda env, kind=kind, method=method: env["account.payment"].create({
                "payment_type": kind, "amount": 0.01, "journal_id": bank.id, "partner_id": self.stranger.id,
                "payment_method_line_id": method.id}).action_post())

    def test_till_cash_move(self):
        journal = self.env["account.journal"].create({"name": "Till", "code": "TILL", "type": "cash"})
        cash = self.env["pos.payment.method"].create({"name": "Cash", "journal_id": journal.id})
        till = self.env["pos.config"].create({"name": "Till", "payment_method_ids": [(6, 0, cash.ids)]})
        till.open_ui()
        session = till.current_session_id
        session.set_opening_control(0, None)
        self._put_on_escrow(journal, "default_account_id")
        self._try(lambda env: session.with_env(env).try_cash_in_out(
            "out", 0.01, "Mine", self.stranger.id, {"translatedType": "out", "formattedAmount": "0.01"}))

    def _put_on_escrow(self, journal, fname):
        """Set a journal's account past the ORM, as a leak that the entries themselves must stop."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE account_journal SET {fname} = %s WHERE id = %s", [self.escrow_bank.id, journal.id])
        journal.invalidate_recordset()

    # -- accounts --------------------------------------------------------------------------------

    def test_accounts_keep_what_they_are(self):
        for vals in (
            {"escrow_role": False}, {"escrow_role": "rebate_pool"}, {"account_type": "asset_current"},
            {"active": False}, {"code": "101299"}, {"company_ids": [(5,)]},
        ):
            self._try(lambda env, vals=vals: self.escrow_bank.with_env(env).write(dict(vals)))
        self._try(lambda env: self.operating.with_env(env).write({"escrow_role": "escrow_bank"}))
        self.escrow_bank.write({"name": "Escrow at Our Bank", "escrow_role": "escrow_bank"})

    def test_accounts_are_not_merged(self):
        other = self.env["account.account"].create(
            {"code": "101277", "name": "Twin", "account_type": "asset_cash"})
        self._try(lambda env: env["account.merge.wizard"]._action_merge(
            (other | self.escrow_bank).with_env(env)))

    def test_write_off(self):
        partner = self.stranger
        invoice = self.env["account.move"].create({
            "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": fields.Date.today(),
            "invoice_line_ids": [(0, 0, {"name": "Tea", "quantity": 1, "price_unit": 10, "tax_ids": []})]})
        invoice.action_post()
        def steal(env):
            wizard = Form(env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids)).save()
            wizard.write({
                "amount": 9.99, "payment_difference_handling": "reconcile",
                "writeoff_account_id": self.escrow_bank.id})
            wizard.action_create_payments()
        # a payment makes entries only with an outstanding account
        bank = self.env["account.journal"].search([("type", "=", "bank"), ("code", "!=", "VOUC")], limit=1)
        bank.inbound_payment_method_line_ids.payment_account_id = bank.suspense_account_id
        self._try(steal)
