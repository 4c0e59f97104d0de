import re
import secrets
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.auth_totp.models.totp import DIGITS, TIMESTEP, hotp

NUMBER_DIGITS = 10
SECRET_BYTES = 20  # RFC 4226, section 4, R6: 160 bits
CODE_FORMAT = re.compile(rf"[0-9]{{{NUMBER_DIGITS + DIGITS}}}")
STEPS_BACK = 1  # a code still works for one step after it left the shopper's screen
MAX_FAILURES, LOCK_MINUTES = 5, 10


class VoucherPaymentCode(models.Model):
    """The rotating code that a shopper shows at a till: without it nobody spends the shopper's vouchers.

    Ten digits name the wallet, six prove that its owner shows them now: a time-based one-time password
    (RFC 6238, Odoo's own implementation, steps of 30 seconds). The secret never leaves the server. A code pays once.
    """

    _name = "voucher.payment.code"
    _description = "Payment Code"
    _inherit = ["alliance.server.fields"]
    _rec_name = "wallet_id"
    _log_access = False

    wallet_id = fields.Many2one("voucher.wallet", required=True, readonly=True, ondelete="restrict")
    number = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    secret = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS, help="Hexadecimal.")
    last_step = fields.Integer(
        required=True, readonly=True, default=0, groups=fields.NO_ACCESS,
        help="Step (seconds since 1970 / 30) of the last code that paid; that code and older ones are void.")
    failures = fields.Integer(required=True, readonly=True, default=0, help="Wrong codes since the last right one.")
    locked_until = fields.Datetime(readonly=True, help="After too many wrong codes none is accepted until then.")

    _wallet_uniq = models.Constraint("UNIQUE (wallet_id)", "A wallet has one payment code.")
    _number_uniq = models.Constraint("UNIQUE (number)", "A payment code names one wallet.")

    @api.model
    def _get_or_create(self, wallet):
        """Return the payment code (sudo) of a wallet, made if there is none; the caller checked whose it is."""
        codes = self.sudo()  # sudo: nobody reads secrets; they are only used in here
        known = codes.search([("wallet_id", "=", wallet.id)])
        if not known:
            self.env.execute_query(SQL(
                """INSERT INTO voucher_payment_code (wallet_id, number, secret, last_step, failures)
                   VALUES (%s, %s, %s, 0, 0) ON CONFLICT DO NOTHING""",
                wallet.id, f"{secrets.randbelow(10 ** NUMBER_DIGITS):0{NUMBER_DIGITS}}",
                secrets.token_hex(SECRET_BYTES)))
            known = codes.search([("wallet_id", "=", wallet.id)])
        return known

    def _get_current(self):
        """Return ``(code, seconds)``: the 16 digits to show now, and how long they stay."""
        self.ensure_one()
        now = time.time()
        return self._make_code(int(now // TIMESTEP)), TIMESTEP - int(now % TIMESTEP)

    def _make_code(self, step):
        return f"{self.number}{hotp(bytes.fromhex(self.secret), step):0{DIGITS}}"

    @api.model
    def _find(self, code, company):
        """Return the payment code (sudo) that these digits name, empty if none does; nothing is proved by it.

        :param code: what the till sent; spaces are left out
        """
        digits = re.sub(r"\s", "", code) if isinstance(code, str) else ""
        # sudo: see _get_or_create
        return self.sudo().search([
            ("number", "=", digits[:NUMBER_DIGITS]), ("wallet_id.company_id", "=", company.id)], limit=1) \
            if CODE_FORMAT.fullmatch(digits) else self.sudo()

    def _verify(self, code):
        """Check the digits now and count a wrong code, which must be kept: do not raise afterwards.

        :return: ``(step, "")`` when they are right (``_use(step)`` then makes them void), else ``(None, reason)``
        """
        self.lock_for_update()
        now = fields.Datetime.now()
        if self.locked_until and self.locked_until > now:
            return None, self.env._(
                "Too many wrong codes: try again in %s minutes.", -(-(self.locked_until - now).seconds // 60))
        digits, current = re.sub(r"\s", "", code), int(time.time() // TIMESTEP)
        for step in range(current, current - STEPS_BACK - 1, -1):
            if secrets.compare_digest(digits, self._make_code(step)):
                if step <= self.last_step:
                    return None, self.env._("This code has been used. Ask the shopper for the next one.")
                return step, ""
        failures = self.failures + 1
        too_many = failures >= MAX_FAILURES
        self.write({
            "failures": 0 if too_many else failures,
            "locked_until": now + timedelta(minutes=LOCK_MINUTES) if too_many else False})
        return None, self.env._("This code is not valid any more. Ask the shopper for the one on the screen now.")

    def _use(self, step):
        """Void the code of ``step`` and all older ones: it has paid."""
        self.write({"last_step": step, "failures": 0, "locked_until": False})
