"""A small platform in which everything exists at least once, for tests that look at it from outside."""

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase

from odoo.addons.merchant_alliance.tests.common_promoter import PromoterMixin
from odoo.addons.voucher_settlement.tests.common import SettlementCommon
from odoo.addons.voucher_settlement.tests.common_payments import VoucherTillCommon

from .roles import create_user, create_users
from .surface import get_own_models


class PlatformCase(PromoterMixin, SettlementCommon, VoucherTillCommon, HttpCase):
    """Two merchants and two shoppers with sales, points, vouchers, holds, payments and reimbursements.

    ``users`` has one user for each role (the merchant, its staff and the shopper are the first ones), ``rivals``
    the other merchant's and the other shopper's users; ``world`` what was made on the way.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival_merchant = cls._make_merchant("RivalTeahouse")
        cls.rival_store = cls.rival_merchant.store_ids
        cls.rival_shopper = cls._make_partner("RivalShopper")
        cls.shopper = cls._make_partner("FirstShopper")
        cls.users = create_users(cls.env, prefix="sec_", partners={
            "shopper": cls.shopper, "merchant": cls.merchant.partner_id})
        cls.rivals = {
            "shopper": create_user(cls.env, "shopper", "sec_rival_shopper", partner=cls.rival_shopper),
            "merchant": create_user(cls.env, "merchant", "sec_rival_merchant", partner=cls.rival_merchant.partner_id),
        }
        cls._employ()
        cls.maker, cls.checker, cls.cashier = (cls.users[role] for role in ("maker", "checker", "cashier"))
        cls.world = cls()  # the builders are methods; what they make is kept on this instance
        cls.world._live()
        cls.env.flush_all()

    @classmethod
    def _employ(cls):
        """Staff work in one of the merchant's two stores; somebody is invited to the rival's."""
        cls.second_store = cls.env["alliance.store"].create({
            "name": "SecondStore", "merchant_id": cls.merchant.id, "scene": cls.store.scene})
        cls.staff = cls.env["alliance.staff"].create([{
            "name": user.name, "login": user.login, "user_id": user.id, "merchant_id": store.merchant_id.id,
            "store_ids": [Command.set(store.ids)], "may_sales": True, "may_serve": True, "may_products": True,
            "state": state} for user, store, state in (
                (cls.users["staff"], cls.store, "active"), (cls.rivals["shopper"], cls.rival_store, "invited"))])

    # -- life ------------------------------------------------------------------------------

    def _live(self):
        """Two settled periods, one that waits for its checker, and one of everything else."""
        self._promote()
        people = [(self.shopper, self.store), (self.rival_shopper, self.rival_store)]
        for shopper, store in people:
            SettlementCommon._sell(self, 1000, shopper, store)
        self._settle()
        for shopper, store in people:
            SettlementCommon._sell(self, 500, shopper, store)
        self.env["settlement.crediting"]._note(self._settle(), behind=1)
        for shopper, store in people:
            self._refund(SettlementCommon._sell(self, 100, shopper, store), 50)
        self._compute()
        for shopper, store in people:
            self._credit(shopper)
            self._give_vouchers(60.0, partner=shopper)
            self._give_vouchers(40.0, kind="shopping", partner=shopper)
            self._wallet(shopper)._authorize(1000, store, f"world,{shopper.id}", ttl_minutes=600)
            self._register(70, shopper, store)  # stays pending
        self._narrow_vouchers()
        self._hold_rewards()
        self._sell_at_the_till()
        self._reimburse()
        self._order_on_the_web()
        self._scan()
        self._apply_to_join()
        self._write_to_customers()
        self._merge_contacts()
        self._close_an_account()
        self._share()
        self._ask_for_a_product()
        self._pay_out()
        self._hear_from_the_bank()
        self._split()
        self._issue_statements()
        self._publish()
        self._show_payment_codes()
        self._change_rates()
        self._exchange_points()
        self._give_more_points()
        self._correct()
        self._open_wizards()

    def _promote(self):
        """Two promoters, a shopper each, with commissions pending, payable and paid; and one who has applied."""
        self.company.promoter_refund_days = 0
        self.promoters = [self._make_promoter(f"world_{name}") for name in ("promoter", "rival_promoter")]
        for promoter, store in zip(self.promoters, (self.store, self.rival_store), strict=True):
            buyer = self._make_partner("BuyerOf" + promoter.partner_id.name)
            self._bind(buyer, promoter)
            SettlementCommon._sell(self, 1000, buyer, store)
            self.env["promoter.commission"]._earn_due(self.company)
            self.env["promoter.commission"]._mark_paid(promoter, 100, f"world,{promoter.id}")
        self.rivals["promoter"] = self.promoters[1].partner_id.user_ids
        self._apply_as_promoter("world_applicant")

    def _narrow_vouchers(self):
        """Each shopper has a voucher that spends at one of the merchants only."""
        for shopper, merchant in ((self.shopper, self.merchant), (self.rival_shopper, self.rival_merchant)):
            self._give_vouchers(3.0, partner=shopper, scope=self._make_scope(merchant, name=f"Only{merchant.name}"))

    def _publish(self):
        self.env["settlement.period"].search([("state", "=", "settled")], limit=1).with_user(
            self.checker).action_publish()

    def _hold_rewards(self):
        limits = self.env["risk.policy"]._get_policy(self.company)
        normal = limits.shopper_cash_per_day
        limits.shopper_cash_per_day = 1
        self.held_sales = [
            SettlementCommon._sell(self, 300, shopper, store) for shopper, store in (
                (self.shopper, self.store), (self.rival_shopper, self.rival_store))]
        limits.shopper_cash_per_day = normal

    def _sell_at_the_till(self):
        self.session = self._open_session(self.till)
        payments = [(self.voucher_method, 10.0, self._hold(10.0)[1]), (self.cash_method, 90.0, None)]
        self.paid_order = self._sync(self._order_data(payments))
        rival_till, cash = self._create_till("Rival Till", self.rival_store)
        rival_till.payment_method_ids |= self.voucher_method
        session = self._open_session(rival_till)
        uuid = self._hold(10.0, partner=self.rival_shopper, session=session)[1]
        self._sync(self._order_data(
            [(self.voucher_method, 10.0, uuid), (cash, 90.0, None)], partner=self.rival_shopper, session=session))

    def _reimburse(self):
        self.reimbursements = self.env["voucher.reimbursement"].with_user(self.maker).create(
            [{"merchant_id": merchant.id} for merchant in (self.merchant, self.rival_merchant)])
        self.reimbursements[0].action_submit()

    def _order_on_the_web(self):
        website = self.env["website"].search([("company_id", "=", self.company.id)], limit=1)
        website.alliance_store_id = self.mall
        self.web_orders = self.env["sale.order"].create([{
            "partner_id": shopper.id, "website_id": website.id,
            "order_line": [Command.create({"product_id": self.product.id, "product_uom_qty": 1})],
        } for shopper in (self.shopper, self.rival_shopper)])
        for order in self.web_orders:
            order._apply_vouchers(500)

    def _scan(self):
        """Each shopper has begun a payment in the other one's shop, a part of it with vouchers."""
        orders = self.env["sale.order"]
        self.scan_orders = [
            orders._create_scan_order(store, shopper, 3_000, f"world{shopper.id:011}") for shopper, store in (
                (self.shopper, self.rival_store), (self.rival_shopper, self.store))]
        for order in self.scan_orders:
            order._apply_vouchers(300)
        paid = orders._create_scan_order(self.store, self.shopper, 2_000, f"paid{self.shopper.id:012}")
        self._pay_online(paid)

    def _pay_online(self, order):
        """Pay an order as its shopper does, through Odoo's demo provider."""
        provider = self.env.ref("payment.payment_provider_demo").sudo()
        provider.write({"state": "test", "is_published": True, "company_id": self.company.id})
        tx = self.env["payment.transaction"].create({
            "provider_id": provider.id, "payment_method_id": provider.payment_method_ids[:1].id,
            "amount": order.amount_total, "currency_id": order.currency_id.id, "partner_id": order.partner_id.id,
            "sale_order_ids": [Command.set(order.ids)], "reference": f"world-{order.id}", "operation": "online_direct"})
        tx._set_done()
        tx._post_process()

    def _write_to_customers(self):
        """Both shoppers have agreed to hear from both merchants, and have coupons of each; one campaign waits."""
        today, consents = fields.Date.today(), self.env["alliance.consent"]
        self.campaigns = self.env["alliance.campaign"]
        for merchant in (self.merchant, self.rival_merchant):
            for shopper in (self.shopper, self.rival_shopper):
                consents._give(merchant, shopper, "store")
            campaign = self.env["alliance.campaign"].create({
                "name": "News", "body": "Dear {name}", "merchant_id": merchant.id, "kind": "coupon",
                "discount": "amount", "discount_amount": 5, "purchase_min": 20, "valid_from": today,
                "valid_to": fields.Date.add(today, days=30)})
            campaign._start()
            campaign._send_batch()
            self.campaigns |= campaign
            self.env["alliance.offer"]._submit(
                merchant, {"date_from": today, "date_to": today}, {"en_US": {"name": f"Offer of {merchant.name}"}})
        self.campaigns |= self.campaigns[0].copy()

    def _merge_contacts(self):
        """The rival shopper turned out to have been there twice."""
        twin = self._make_partner("RivalTwin")
        self.env["alliance.consent"]._give(self.rival_merchant, twin, "store")
        self.env["base.partner.merge.automatic.wizard"]._merge((twin | self.rival_shopper).ids, self.rival_shopper)

    def _close_an_account(self):
        """A shopper of the rival merchant has left."""
        leaver = self._make_partner("RivalLeaver")
        self.env["alliance.consent"]._give(self.rival_merchant, leaver, "store")
        leaver._close_account("operator", "RivalReason")

    def _ask_for_a_product(self):
        brand = self._make_merchant("RivalBrand", scene="brand_mall")
        self.env["alliance.product.request"].create(
            {"name": "RivalTeaSet", "price": 99.0, "store_id": brand.store_ids.id})

    def _give_more_points(self):
        """A rule that gave something: the policy leaves no room, so its use is written down by hand."""
        sale = self.env["alliance.qualified.sale"].search([("partner_id", "=", self.rival_shopper.id)], limit=1)
        rule = self.env["green.points.rule"].create({"name": "RivalRule", "multiplier": 2.0, "active": False})
        self.env["green.points.rule.use"].create(
            {"rule_id": rule.id, "qualified_sale_id": sale.id, "multiplier": 2.0, "extra": 1.0})

    def _exchange_points(self):
        """Each shopper has booked a service; one of them gives the purchase back and owes points."""
        offers = self.env["green.points.offer"].create([
            {"name": f"Class of {store.name}", "store_id": store.id, "points": 1.0, "date_from": "2020-01-01"}
            for store in (self.store, self.rival_store)])
        offers._publish()
        self.bookings = [
            self.env["green.points.exchange"]._exchange(shopper, offer, f"world,{shopper.id}")
            for shopper, offer in ((self.shopper, offers[0]), (self.rival_shopper, offers[1]))]
        poor = self._make_partner("RivalDebtor")
        sale = SettlementCommon._sell(self, 100, poor, self.rival_store)
        self.env["green.points.exchange"]._exchange(poor, offers[1], f"world,{poor.id}")
        self._refund(sale, 100)

    def _apply_to_join(self):
        """One application that waits, somebody who may not join, and a contract that waits for its signature."""
        self.application = self.env["alliance.application"].create({
            "legal_name": "Newcomer Ltd.", "uscc": "91110000600037341L", "contact_name": "Newcomer",
            "street": "1 Street",
            "contact_email": "newcomer@shop.example", "contact_phone": "+8613800138000", "store_name": "Newcomer",
            "city": "Shanghai", "bank_name": "Bank", "bank_account": "123456789"})
        self.application._portal_ensure_token()
        self.env["alliance.blacklist"].create({"kind": "uscc", "value": "91310115MA1K35J80W", "reason": "Fake orders"})
        contract = self.env["alliance.contract"].create({
            "merchant_id": self.merchant.id, "date_start": "2099-01-01", "line_ids": [Command.create({"rate": 3.0})]})
        contract._send_to_sign()

    def _share(self):
        """Both shoppers hold a part of a supermarket store, which has made a profit; a dividend waits for approval."""
        market = self._make_merchant("Market", scene="supermarket").store_ids
        plan = self.env["account.analytic.plan"].create({"name": "Stores"})
        market.analytic_account_id = self.env["account.analytic.account"].create({"name": "Market", "plan_id": plan.id})
        nobody, start = self.env["res.partner"], fields.Date.subtract(fields.Date.today(), days=30)
        for shopper in (self.shopper, self.rival_shopper):
            market._move_shares(nobody, shopper, 25, start, f"world,{shopper.id}", "Agreement")
        income = self.env["account.account"].search([("account_type", "=", "income")], limit=1)
        self.env["account.move"].create({"date": start, "line_ids": [
            Command.create({"account_id": income.id, "balance": -1000,
                            "analytic_distribution": {str(market.analytic_account_id.id): 100}}),
            Command.create({"account_id": self.company.operating_bank_account_id.id, "balance": 1000})]}).action_post()
        self.dividend = self.env["alliance.dividend"].with_user(self.users["operator"]).create({
            "store_id": market.id, "date_from": start, "date_to": fields.Date.today(), "amount": 800})
        self.dividend.action_submit()
        self.market = market

    def _show_payment_codes(self):
        """Everybody with a wallet has looked at the payment code once."""
        for wallet in self.env["voucher.wallet"].search([]):
            self.env["voucher.payment.code"]._get_or_create(wallet)

    def _issue_statements(self):
        """Both merchants have a statement of what happened until today."""
        self.statements = self.env["merchant.statement"]._issue(
            self.merchant + self.rival_merchant, fields.Date.today())

    def _change_rates(self):
        """A change of rates that is previewed; another merchant would have to sign, too."""
        change = self.env["alliance.rate.change"].with_user(self.users["operator"]).create({"value": 0.5})
        change.action_preview()

    def _pay_out(self):
        """Both merchants have something to get; one batch was paid, to the first of them, and one waits."""
        orders, banks = self.env["sale.order"], self.env["res.partner.bank"]
        self._pay_online(orders._create_scan_order(
            self.rival_store, self.rival_shopper, 2_500, f"due{self.shopper.id:013}"))
        for number, partner in enumerate((
                self.company.partner_id, self.merchant.partner_id, self.rival_merchant.partner_id)):
            banks.create({"partner_id": partner.id, "acc_number": f"62220202001122{number}"}).allow_out_payment = True
        self.company.payout_bank_id = self.company.partner_id.bank_ids[:1]
        batches = self.env["payout.batch"].with_user(self.maker)
        rival_account = self.rival_merchant.partner_id.bank_ids
        rival_account.allow_out_payment = False
        self.sent_payout = batches.create({})
        self.sent_payout.action_propose()
        self.sent_payout.action_submit()
        self.sent_payout.with_user(self.checker).action_approve()
        self.sent_payout.action_send()
        line = self.sent_payout.sudo().line_ids
        answer = f"reference,amount,status\n{line.name},{line.amount:.2f},pending\n".encode()
        self.env["payout.ack"]._take_in(self.sent_payout.sudo(), answer, "answer.csv")
        rival_account.allow_out_payment = True
        self.waiting_payout = batches.create({})
        self.waiting_payout.action_propose()
        self.waiting_payout.action_submit()

    def _hear_from_the_bank(self):
        """The escrow's bank has told what it holds; one movement nobody can explain."""
        held = self.env["escrow.posting"]._get_balance("escrow_bank", self.company) / 100
        today = fields.Date.today()
        self.env["escrow.bank.statement"].sudo()._take_in(self.company, (
            "date,reference,amount,balance\n"
            f"{today},world-1,{held:.2f},{held:.2f}\n{today},world-2,7.77,{held + 7.77:.2f}\n").encode(), "bank.csv")
        self.env["escrow.reconciliation"]._reconcile(self.company)

    def _split(self):
        """A payment of each shopper that the provider split, one of them given back in part; keys are invented."""
        provider = self.env.ref("payment.payment_provider_demo").sudo()
        shares = self.env["alliance.payment.share"].search([("is_voucher", "!=", True), ("amount", ">", 0)])
        for number, merchant in enumerate((self.merchant, self.rival_merchant)):
            merchant.split_account = f"190000010{number}"
            share = shares.filtered(lambda one, own=merchant: one.merchant_id == own)[:1]
            order = self.env["split.order"].create({
                "name": f"SP-{merchant.name}", "out_order_no": f"SP-{merchant.name}", "order_id": share.order_id.id,
                "transaction_id": share.payment_id.payment_transaction_id.id, "merchant_id": merchant.id,
                "payer": merchant.split_account, "provider_transaction": f"42000{number}", "date": share.date,
                "amount": share.amount, "state": "finished"})
            line = self.env["split.order.line"].create({
                "order_id": order.id, "role": "escrow", "account": "1900000200", "amount": 1.0, "state": "success",
                "out_order_no": order.name})
            self.env["split.return"].create({
                "line_id": line.id, "refund_tx_id": order.transaction_id.id, "amount": 0.5,
                "out_return_no": f"SR-{merchant.name}", "state": "failed", "reason": "BALANCE_NOT_ENOUGH"})
            self.env["split.receiver"].create({
                "merchant_id": merchant.id, "provider_id": provider.id, "role": "escrow", "account": "1900000200",
                "name": f"Escrow of {merchant.name}", "payer": merchant.split_account, "state": "added"})
            self.env["split.entry"]._record_finished(order)
            self.env["split.notice"].create({
                "provider_id": provider.id, "notice_id": f"EV-{merchant.name}", "nonce": f"nonce-{number}",
                "order_id": order.id})

    def _open_wizards(self):
        """One of every transient model, as somebody with the right has it open."""
        policy = self.env["green.points.policy"]._get_active(self.company)
        self.wizards = [
            self.env["alliance.promoter.decision"].with_user(self.users["operator"]).create({
                "promoter_ids": self.promoters[0].ids, "outcome": "end", "reason": "invented"}),
            self.env["alliance.account.close"].with_user(self.users["operator"]).create(
                {"partner_id": self.shopper.id, "reason": "invented"}),
            self.env["alliance.deposit.wizard"].with_user(self.users["operator"]).create(
                {"merchant_id": self.merchant.id, "amount": 99999.0, "reference": "invented"}),
            self.env["risk.review"].with_user(self.users["analyst"]).create(
                {"qualified_sale_ids": self.held_sales[0].ids, "outcome": "release", "reason": "invented"}),
            self.env["risk.breaker.reset"].with_user(self.users["analyst"]).create({
                "breaker_id": self.env["risk.breaker"].search([], limit=1).id, "cap_amount": 9999999.0,
                "reason": "invented"}),
            self.env["green.points.simulation"].with_user(self.users["operator"]).create({}),
            self.env["green.points.policy.comparison"].with_user(self.users["operator"]).create(
                {"policy_ids": (policy + policy.copy({"name": "Rival Rules"})).ids}),
            self.env["escrow.check"].with_user(self.users["auditor"]).create({}),
            self.env["payout.ack.import"].with_user(self.checker).create(
                {"batch_id": self.sent_payout.id, "file": b"eA=="}),
            self.env["escrow.bank.import"].with_user(self.maker).create({"file": b"eA=="}),
            self.env["ledger.correction.reject"].with_user(self.checker).create(
                {"correction_ids": self.corrections[1].ids, "answer": "invented"}),
            self.env["alliance.application.decision"].with_user(self.users["operator"]).create({
                "application_ids": self.application.ids, "outcome": "rejected", "reason": "invented"}),
            self.env["alliance.share.move"].with_user(self.users["operator"]).create({
                "store_id": self.market.id, "taker_id": self.shopper.id, "percent": 50.0, "reference": "invented"}),
        ]

    def _correct(self):
        """A row of each shopper's points, the one booked, the other one waiting for its checker."""
        entries = self.env["green.points.entry"]
        self.corrections = self.env["ledger.correction"].with_user(self.maker).create([{
            "points_entry_id": entries.search([
                ("partner_id", "=", shopper.id), ("kind", "=", "earn"), ("holder_kind", "=", "shopper"),
                ("qualified_sale_id", "!=", False)], limit=1).id,
            "amount": 0.01, "reason": f"Reason{shopper.name}", "holder_text": f"Text{shopper.name}",
        } for shopper in (self.shopper, self.rival_shopper)])
        self.corrections.action_submit()
        self.corrections[0].with_user(self.checker).action_approve()

    # -- looking -----------------------------------------------------------------------------

    def _get_populated(self):
        """Return ``{model: its records}`` for every model of ours that keeps records."""
        return {
            name: self.env[name].sudo().with_context(active_test=False).search([])
            for name in get_own_models(self.env) if not self.env[name]._abstract}
