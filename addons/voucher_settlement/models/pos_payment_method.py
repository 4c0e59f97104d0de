import re

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.merchant_alliance.tools.amount import parse_amount
from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

UUID_FORMAT = re.compile(r"[0-9A-Za-z-]{8,64}")
# A payment line may be sent, released and sent again; each attempt is a hold of its own.
MAX_ATTEMPTS = 10


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    def _get_payment_terminal_selection(self):
        return super()._get_payment_terminal_selection() + [("voucher", self.env._("Vouchers"))]

    @api.constrains(
        "use_payment_terminal", "journal_id", "outstanding_account_id", "company_id", "split_transactions")
    def _check_voucher_journal(self):
        for method in self:
            company = method.company_id
            is_voucher = method.use_payment_terminal == "voucher"
            if is_voucher != (bool(method.journal_id) and method.journal_id == company.voucher_journal_id):
                raise ValidationError(self.env._(
                    "Payment method %(method)s: the terminal \"Vouchers\" and the voucher journal of"
                    " %(company)s go together; one is not allowed without the other.",
                    method=method.name, company=company.name))
            if is_voucher and method.outstanding_account_id != company.voucher_accepted_account_id:
                raise ValidationError(self.env._(
                    "Payment method %(method)s: its outstanding account must be the account for"
                    " accepted vouchers, %(account)s.",
                    method=method.name, account=company.voucher_accepted_account_id.display_name))

            if is_voucher and method.split_transactions:
                raise ValidationError(self.env._(
                    "Payment method %s: vouchers are booked for all shoppers together.", method.name))

    def write(self, vals):
        # What was paid with vouchers must stay recognisable as such for its refund.
        if "use_payment_terminal" in vals and vals["use_payment_terminal"] != "voucher":
            used = self.filtered(lambda method: method.use_payment_terminal == "voucher")
            if used and self.env["pos.payment"].sudo().search_count(
                    [("payment_method_id", "in", used.ids)], limit=1):  # sudo: any company's payments
                raise UserError(self.env._(
                    "Payment method %s has taken vouchers: archive it and make another.", used[0].name))
        return super().write(vals)

    # === CALLED BY THE TILL (public on purpose: each checks its caller) === #

    def voucher_authorize(self, session_id, payment_uuid, partner_id, amount, code=None):
        """Hold vouchers of a shopper, who shows a payment code, for one payment line of a till.

        Sent again for the same line (a lost answer), it finds the same hold; sent with another
        amount or shopper and a new code, it replaces it.

        :param int session_id: the caller's open session
        :param str payment_uuid: the till's uuid of the payment line, the idempotency key
        :param int partner_id: the order's shopper; False: the one whose code it is
        :param float amount: in company currency, above zero
        :param str code: the 16 digits on the shopper's screen (``voucher.payment.code``)
        :return: ``{"status": "approved", "hold", "amount", "balance", "partner", "partner_id"}``; when less than asked
            spends here, ``{"status": "short", "available", "elsewhere", "partner", "partner_id"}``, where ``elsewhere``
            says what spends at other stores, "" if nothing; when the code is not accepted,
            ``{"status": "code", "reason"}``
        :raise AccessError: caller has no such session open
        :raise UserError: bad amount or line, no shopper, till without store
        """
        session, store = self._check_voucher_till(session_id)
        self._check_payment_uuid(payment_uuid)
        company = session.company_id
        # sudo: cashiers have no access to codes and wallets; this method decides what they may do.
        shown = self.env["voucher.payment.code"].sudo()._find(code, company)
        partner = self.env["res.partner"].browse(partner_id or shown.wallet_id.partner_id.id).exists()
        if not partner:
            raise UserError(self.env._("Choose the shopper, or scan the payment code: vouchers belong to a person."))
        partner.check_access("read")
        cents = parse_amount(self.env, amount, company.currency_id)
        wallet = self.env["voucher.wallet"].sudo()._get_or_create(partner, company)
        hold, key = self._get_voucher_hold(payment_uuid)
        if hold and (hold.wallet_id, hold.store_id, to_cents(hold.amount, hold.currency_id)) == (
                wallet, store, cents):
            return self._prepare_voucher_answer(hold)
        if shown.wallet_id != wallet:
            return {"status": "code", "reason": self.env._(
                "This is not a payment code of %s. It is in the shopper's account under My Green Points.",
                partner.name)}
        step, reason = shown._verify(code)
        if reason:
            return {"status": "code", "reason": reason}
        if hold:
            hold._release()
            hold, key = self._get_voucher_hold(payment_uuid)
        available = wallet._get_spendable(store)
        if available < cents:
            return {"status": "short", "available": float(from_cents(available, company.currency_id)),
                    "elsewhere": wallet._get_elsewhere(store), "partner": partner.name, "partner_id": partner.id}
        shown._use(step)
        return self._prepare_voucher_answer(wallet._authorize(cents, store, key))

    def _prepare_voucher_answer(self, hold):
        wallet = hold.wallet_id
        return {
            "status": "approved",
            "hold": hold.name,
            "amount": hold.amount,
            "balance": float(from_cents(wallet._get_spendable(hold.store_id), wallet.currency_id)),
            "partner": wallet.partner_id.name,
            "partner_id": wallet.partner_id.id,
        }

    def voucher_release(self, session_id, payment_uuid):
        """Give back what is held for a payment line; safe to call again, also when nothing is held.

        :param int session_id: the caller's open session
        :param str payment_uuid: the till's uuid of the payment line
        :return: True
        :raise UserError: they have been captured (the till missed the answer)
        """
        _session, store = self._check_voucher_till(session_id)
        self._check_payment_uuid(payment_uuid)
        hold, _key = self._get_voucher_hold(payment_uuid)
        if hold and hold.store_id == store:
            if hold.state == "captured":
                raise UserError(self.env._(
                    "These vouchers have paid an order already. Remove other payments, press Retry beside the vouchers"
                    " and validate the order again."))
            hold._release()
        return True

    def voucher_refundable(self, session_id, order_id):
        """Return how much of an order can be given back as vouchers, in company currency.

        :param int session_id: the caller's open session
        :param int order_id: the order being refunded, of the same company
        :return: float, 0 when the order was not paid with vouchers
        """
        session, _store = self._check_voucher_till(session_id)
        order = self.env["pos.order"].browse(order_id).exists()
        order.check_access("read")
        cents = sum(
            cents for order_ in order for _hold, cents in order_._get_restorable_vouchers())
        return float(from_cents(cents, session.company_id.currency_id))

    # === CHECKS AND LOOK-UPS === #

    def _check_voucher_till(self, session_id):
        """Return (session, store) of a cashier's till that takes this method, or refuse."""
        self.ensure_one()
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only cashiers take vouchers."))
        session = self.env["pos.session"].browse(session_id).exists()
        session.check_access("read")
        if not session or session.state != "opened" or self not in session.config_id.payment_method_ids:
            raise AccessError(self.env._("Vouchers are taken at an open till that accepts them."))
        if self.use_payment_terminal != "voucher":
            raise UserError(self.env._("Payment method %s does not take vouchers.", self.name))
        if session.currency_id != session.company_id.currency_id:
            raise UserError(self.env._(
                "Vouchers are taken in %s only.", session.company_id.currency_id.name))
        # sudo: cashiers may not read stores
        store = session.config_id.sudo().alliance_store_id
        if not store:
            raise UserError(self.env._(
                "Till %s belongs to no store: it cannot take vouchers.", session.config_id.name))
        return session, store

    def _check_payment_uuid(self, payment_uuid):
        if not isinstance(payment_uuid, str) or not UUID_FORMAT.fullmatch(payment_uuid):
            raise UserError(self.env._("Payment line: its uuid is missing or malformed."))

    @api.model
    def _get_voucher_hold(self, payment_uuid):
        """Return the hold of a payment line that is not released, and the key for a new one.

        :return: (voucher.hold sudo or empty, str)
        """
        base = f"pos.payment,{payment_uuid}"
        keys = [base] + [f"{base},{attempt}" for attempt in range(2, MAX_ATTEMPTS + 1)]
        # sudo: cashiers have no access to holds
        holds = self.env["voucher.hold"].sudo().search([("idempotency_key", "in", keys)])
        free = [key for key in keys if key not in set(holds.mapped("idempotency_key"))]
        if not free:
            raise UserError(self.env._(
                "This voucher payment was sent too often: remove it and add a new one."))
        return holds.filtered(lambda hold: hold.state != "released")[:1], free[0]

    @api.model
    def _get_voucher_method(self, company):
        return self.search([("use_payment_terminal", "=", "voucher"), ("company_id", "=", company.id)],
                           limit=1)

    @api.model
    def _setup_vouchers(self, company):
        """Make the company's voucher payment method, if there is none, and give it to stores' tills."""
        # sudo: see res.company
        if not self.sudo()._get_voucher_method(company):
            self.sudo().create(self._prepare_voucher_method_vals(company))
            self.env["pos.config"].sudo().search([
                ("company_id", "=", company.id), ("alliance_store_id", "!=", False)])._accept_vouchers()

    @api.model
    def _prepare_voucher_method_vals(self, company):
        return {
            "name": self.env._("Vouchers"),
            "company_id": company.id,
            "payment_method_type": "terminal",
            "use_payment_terminal": "voucher",
            "journal_id": company.voucher_journal_id.id,
            "outstanding_account_id": company.voucher_accepted_account_id.id,
            "image": self.env.ref("voucher_settlement.payment_method_voucher").image,
        }
