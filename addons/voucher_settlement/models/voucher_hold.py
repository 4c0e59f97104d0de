from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents


class VoucherHold(models.Model):
    """A card-like authorisation of vouchers: held, then captured or released."""

    _name = "voucher.hold"
    _description = "Voucher Hold"
    _inherit = ["alliance.server.fields"]
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, default="/")
    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        related="wallet_id.partner_id", string="Holder", store=True, index=True)
    company_id = fields.Many2one(related="wallet_id.company_id", store=True)
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [("held", "Held"), ("captured", "Captured"), ("released", "Released")],
        required=True, default="held", readonly=True, index=True)
    store_id = fields.Many2one(
        "alliance.store", required=True, readonly=True, ondelete="restrict", index=True,
        help="Where the vouchers are being spent.")
    merchant_id = fields.Many2one(related="store_id.merchant_id", store=True, index=True)
    idempotency_key = fields.Char(required=True, readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True, help="Released after this if not captured.")
    captured_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("voucher.hold.line", "hold_id")
    restored = fields.Monetary(
        compute="_compute_restored", help="Given back by refunds after capture.")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This authorisation exists already.")
    _amount_positive = models.Constraint("CHECK (amount > 0)", "A hold has an amount above zero.")
    _merchant_of_store = models.Constraint(
        "FOREIGN KEY (store_id, merchant_id) REFERENCES alliance_store (id, merchant_id) ON DELETE RESTRICT",
        "A store in which vouchers were spent stays with its merchant.")
    _timeout_idx = models.Index("(expires_at) WHERE state = 'held'")

    @api.depends("line_ids.restored")
    def _compute_restored(self):
        for hold in self:
            hold.restored = sum(hold.line_ids.mapped("restored"))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A hold is not deleted: it is captured or released."))

    def _check_same_authorization(self, wallet, amount_cents, store):
        """Raise unless this hold is what a repeated authorisation asks for again."""
        if (self.wallet_id != wallet or self.store_id != store
                or to_cents(self.amount, self.currency_id) != amount_cents):
            raise UserError(self.env._(
                "The key %s belongs to another voucher payment (wallet, store or amount differ).",
                self.idempotency_key))

    def _lock(self):
        """Lock the wallets, under whose lock every change of a hold happens."""
        self.wallet_id._lock()

    def _capture(self):
        """Spend what is held. Idempotent; a released hold raises UserError.

        :return: self
        """
        holds = self.sudo()  # sudo: see voucher.wallet._authorize
        holds._lock()
        if released := holds.filtered(lambda h: h.state == "released"):
            raise UserError(self.env._(
                "Voucher payment %s was released already and cannot be captured.", released[0].name))
        todo = holds.filtered(lambda h: h.state == "held")
        entries, held = [], []
        for line in todo.line_ids:
            cents = to_cents(line.amount, line.currency_id)
            held.append((line.lot_id, -cents))
            entries.append(line.lot_id._prepare_entry(
                "redeem", -cents, f"redeem,{line.id}", hold_id=line.hold_id.id,
                merchant_id=line.hold_id.merchant_id.id))
        todo.write({"state": "captured", "captured_at": fields.Datetime.now()})
        holds.wallet_id._book(entries, held)
        return self

    def _release(self):
        """Set the vouchers free again: debts are paid first, what lapsed meanwhile expires.

        Idempotent; a captured hold raises UserError (see ``_restore``).

        :return: self
        """
        holds = self.sudo()  # sudo: see voucher.wallet._authorize
        holds._lock()
        if captured := holds.filtered(lambda h: h.state == "captured"):
            raise UserError(self.env._(
                "Voucher payment %s was captured already; it can only be refunded.", captured[0].name))
        todo = holds.filtered(lambda h: h.state == "held")
        lines = [
            (line.lot_id, to_cents(line.amount, line.currency_id), line) for line in todo.line_ids]
        free = {}
        for lot, cents, _line in lines:
            free[lot] = free.get(lot, lot._get_free_cents()) + cents
        entries = todo.wallet_id._prepare_debt_entries(
            [(lot, cents, f"release,{line.id}") for lot, cents, line in lines])
        for vals in entries:
            free[self.env["voucher.lot"].sudo().browse(vals["lot_id"])] += vals["amount"]
        entries += todo.line_ids.lot_id._prepare_expiry_entries(free)
        todo.write({"state": "released"})
        holds.wallet_id._book(entries, [(lot, -cents) for lot, cents, _line in lines])
        return self

    def _restore(self, amount_cents, key, lines=None, **extra):
        """Give vouchers of a captured payment back: the purchase was refunded, or never should have been paid so.

        The same lots get them, those spent last first, with the life they have left but at
        least ``GRACE_DAYS`` from today. A debt of the wallet is paid out of them first.

        :param int amount_cents: above zero, at most what was not given back before
        :param str key: idempotency key of the refund
        :param lines: lines of this hold whose vouchers are given back, all if None
        :param extra: further values of the ledger entries
        :return: ``amount_cents``
        :raise UserError: not captured, too much, or the key was used for another amount
        """
        self.ensure_one()
        hold = self.sudo()  # sudo: see voucher.wallet._authorize
        if type(amount_cents) is not int or amount_cents <= 0:
            raise UserError(self.env._(
                "Voucher amount: a whole number of cents above zero is needed, not %s.", amount_cents))
        if not key or not isinstance(key, str):
            raise UserError(self.env._("Voucher refund: a key that names the refund is needed."))
        hold._lock()
        if hold.state != "captured":
            raise UserError(self.env._("Voucher payment %s was not captured.", hold.name))
        if (before := hold._get_restored_cents(key)) is not None:
            if before != amount_cents:
                raise UserError(self.env._("The key %s belongs to another voucher refund.", key))
            return amount_cents
        parts = hold._prepare_restore_parts(amount_cents, hold.line_ids if lines is None else lines)
        entries, freed = [], []
        for line, cents in parts:
            entries.append(line.lot_id._prepare_entry(
                "restore", cents, f"restore,{key},{line.id}", hold_id=hold.id, merchant_id=hold.merchant_id.id,
                **extra))
            freed.append((line.lot_id, cents, f"restore,{key},{line.id}"))
        entries += hold.wallet_id._prepare_debt_entries(freed, **extra)
        for line, cents in parts:
            line.restored = float(from_cents(
                to_cents(line.restored, line.currency_id) + cents, line.currency_id))
        self.env["voucher.lot"].union(*(line.lot_id for line, _cents in parts))._grant_grace()
        hold.wallet_id._book(entries)
        return amount_cents

    def _get_restored_cents(self, key):
        """Return what a refund named ``key`` gave back, in cents; None if there was none."""
        entries = self.env["voucher.entry"].sudo().search([
            ("idempotency_key", "in", [f"restore,{key},{line.id}" for line in self.line_ids])])
        if not entries:
            return None
        return sum(to_cents(entry.amount, entry.currency_id) for entry in entries)

    def _prepare_restore_parts(self, amount_cents, lines):
        """Return ``[(hold line, cents)]`` of ``lines`` adding up to ``amount_cents``, last spent first."""
        parts, missing = [], amount_cents
        for line in lines.sorted("id", reverse=True):
            left = to_cents(line.amount, line.currency_id) - to_cents(line.restored, line.currency_id)
            cents = min(left, missing)
            if cents:
                parts.append((line, cents))
                missing -= cents
        if missing:
            raise UserError(self.env._(
                "At most %(left)s of voucher payment %(name)s can still be given back.",
                left=self.currency_id.format(float(from_cents(amount_cents - missing, self.currency_id))),
                name=self.name))
        return parts

    @api.model
    def _cron_release_timeouts(self, chunk=500):
        """Release holds that were not captured in time; commits per chunk when run by cron."""
        now = fields.Datetime.now()
        return self.env["voucher.wallet"]._run_by_company(
            lambda company: SQL(
                """voucher_hold h JOIN voucher_wallet w ON w.id = h.wallet_id
                    WHERE w.company_id = %s AND h.state = 'held' AND h.expires_at < %s""", company.id, now),
            SQL("h.id"), SQL("h.expires_at, h.id"), chunk, lambda ids: self.browse(ids)._release())
