from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from .voucher_kind import SPENDS_IN, VOUCHER_KINDS


class VoucherWallet(models.Model):
    """What a holder has been released, has and owes. Every change locks this row.

    ``earned`` is exact; ``credited = floor_cents(earned)`` once up to date with
    ``settled_number``, one floor for the whole wallet (product, settlement arithmetic).
    One wallet serves a holder both as shopper and as merchant.
    """

    _name = "voucher.wallet"
    _description = "Voucher Wallet"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False  # narrow table: every credit and every redemption updates it

    partner_id = fields.Many2one(
        "res.partner", string="Holder", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    settled_number = fields.Integer(
        string="Credited up to Period", readonly=True, required=True, default=0,
        help="Last settled period that was credited.")
    earned = fields.Float(
        digits=(24, 14), readonly=True, required=True, default=0.0,
        help="Exact sum of what the holder's points have released up to that period.")
    credited = fields.Monetary(
        readonly=True, required=True, default=0.0,
        help="The whole cents of what was earned; the rest waits for the next period.")
    debt = fields.Monetary(
        readonly=True, required=True, default=0.0,
        help="Released for points that were taken back later, and already spent; "
             "whatever the wallet receives later pays it first.")
    balance_deduction = fields.Monetary(string="Deduction Vouchers", readonly=True, required=True, default=0.0)
    balance_shopping = fields.Monetary(string="Shopping Vouchers", readonly=True, required=True, default=0.0)
    held_deduction = fields.Monetary(
        string="Deduction Vouchers Held", readonly=True, required=True, default=0.0,
        help="Part of the balance set aside for payments under way.")
    held_shopping = fields.Monetary(
        string="Shopping Vouchers Held", readonly=True, required=True, default=0.0,
        help="Part of the balance set aside for payments under way.")
    lot_ids = fields.One2many("voucher.lot", "wallet_id", string="Vouchers")
    entry_ids = fields.One2many("voucher.entry", "wallet_id", string="Ledger")
    hold_ids = fields.One2many("voucher.hold", "wallet_id", string="Holds")

    _holder_uniq = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A holder has one wallet in each company.")
    _balances_sound = models.Constraint(
        "CHECK (held_deduction >= 0 AND held_deduction <= balance_deduction"
        " AND held_shopping >= 0 AND held_shopping <= balance_shopping)",
        "A wallet cannot spend or hold more than it has.")
    _credit_never_above_earned = models.Constraint(
        "CHECK (earned >= 0 AND credited >= 0 AND credited <= earned AND debt >= 0)",
        "A wallet is never credited more than its points have released.")

    def init(self):
        # room on each page: a wallet's new version stays beside the old one, and no index changes
        self.env.cr.execute("ALTER TABLE voucher_wallet SET (fillfactor = 80)")

    # -- finding and locking ------------------------------------------------------------

    @api.model
    def _get_or_create(self, partner, company):
        """Return the wallet (sudo) of ``partner`` in ``company``; make it if there is none."""
        partner.ensure_one()
        return self._get_or_create_batch(partner, company)

    @api.model
    def _get_or_create_batch(self, partners, company):
        """Return the wallets (sudo) of ``partners`` in ``company``, missing ones made.

        Two transactions may ask for the same wallet at once: the unique key decides,
        and the one that comes second is retried by PostgreSQL's serialization error.
        """
        # sudo: nobody may write wallets; whoever earns gets one
        wallets = self.sudo().search([("partner_id", "in", partners.ids), ("company_id", "=", company.id)])
        missing = partners - wallets.partner_id
        if missing:
            self.env.execute_query(SQL(
                """INSERT INTO voucher_wallet
                       (partner_id, company_id, settled_number, earned, credited, debt,
                        balance_deduction, balance_shopping, held_deduction, held_shopping)
                   SELECT partner_id, %s, 0, 0, 0, 0, 0, 0, 0, 0 FROM unnest(%s) AS partner_id
                   ON CONFLICT (partner_id, company_id) DO NOTHING""",
                company.id, missing.ids))
            wallets = self.sudo().search(
                [("partner_id", "in", partners.ids), ("company_id", "=", company.id)])
        return wallets

    def _lock(self):
        """Lock the rows to the end of the transaction, in id order (no deadlocks).

        Every change of a wallet, its lots or holds also writes the wallet's row, so under
        Odoo's isolation level whoever waited here for a change is retried from the start.
        """
        if not self:
            return
        self.env.flush_all()
        self.env.execute_query(SQL(
            "SELECT id FROM voucher_wallet WHERE id IN %s ORDER BY id FOR UPDATE", tuple(self.ids)))
        self._invalidate_amounts()

    def _invalidate_amounts(self):
        self.invalidate_recordset()
        self.env["voucher.lot"].invalidate_model()
        self.env["voucher.hold"].invalidate_model()

    # -- the only writer of amounts --------------------------------------------------------

    @api.model
    def _book(self, entries, held=()):
        """Write ledger entries and bring lots and wallets along; wallets must be locked.

        :param list entries: values for ``voucher.entry`` with ``amount`` (what the lot's
            remaining changes by) and ``debt_change`` in cents, from ``_prepare_entry``
        :param held: list of ``(lot, cents)``: what the held part of a lot changes by
        :return: the ``voucher.entry`` records
        :raise psycopg2.errors.CheckViolation: whatever would overspend a lot or wallet
        """
        Lot, Entry = self.env["voucher.lot"].sudo(), self.env["voucher.entry"].sudo()
        lots, wallets = {}, {}
        for vals in entries:
            wallet = wallets.setdefault(vals["wallet_id"], {})
            wallet["debt"] = wallet.get("debt", 0) + vals["debt_change"]
            if vals["amount"]:
                lots.setdefault(vals["lot_id"], [0, 0])[0] += vals["amount"]
                name = f"balance_{vals['voucher_kind']}"
                wallet[name] = wallet.get(name, 0) + vals["amount"]
        for lot, cents in held:
            lots.setdefault(lot.id, [0, 0])[1] += cents
            wallet = wallets.setdefault(lot.wallet_id.id, {})
            name = f"held_{lot.kind}"
            wallet[name] = wallet.get(name, 0) + cents
        if not wallets:
            return Entry
        touched = self.sudo().browse(wallets)
        currency = touched.company_id.currency_id.ensure_one()
        self.env.flush_all()
        if lots:
            self.env.execute_query(SQL(
                """UPDATE voucher_lot l
                      SET remaining = l.remaining + c.remaining, held = l.held + c.held
                     FROM unnest(%s, %s::numeric[], %s::numeric[]) AS c (id, remaining, held)
                    WHERE l.id = c.id""",
                list(lots),
                [from_cents(change[0], currency) for change in lots.values()],
                [from_cents(change[1], currency) for change in lots.values()]))
        names = ["balance_deduction", "balance_shopping", "held_deduction", "held_shopping", "debt"]
        self.env.execute_query(SQL(
            """UPDATE voucher_wallet w
                  SET balance_deduction = w.balance_deduction + c.balance_deduction,
                      balance_shopping = w.balance_shopping + c.balance_shopping,
                      held_deduction = w.held_deduction + c.held_deduction,
                      held_shopping = w.held_shopping + c.held_shopping,
                      debt = w.debt + c.debt
                 FROM unnest(%s, %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
                      AS c (id, balance_deduction, balance_shopping, held_deduction, held_shopping, debt)
                WHERE w.id = c.id""",
            list(wallets),
            *([from_cents(change.get(name, 0), currency) for change in wallets.values()] for name in names)))
        touched.invalidate_recordset()
        Lot.browse(lots).invalidate_recordset()
        return Entry.create([
            {**vals,
             "amount": from_cents(vals["amount"], currency),
             "debt_change": from_cents(vals["debt_change"], currency)}
            for vals in entries])

    def _prepare_debt_entries(self, freed, **extra):
        """Return the entries by which ``freed`` vouchers pay the wallets' debts first.

        :param list freed: ``(lot, cents, key)``: vouchers that have just become free
        :param extra: further values of the entries
        """
        debts, entries = {}, []
        for lot, cents, key in freed:
            wallet = lot.wallet_id
            debt = debts.setdefault(wallet.id, to_cents(wallet.debt, wallet.currency_id))
            paid = min(debt, cents)
            if paid:
                debts[wallet.id] -= paid
                entries.append(lot._prepare_entry("debt", -paid, f"debt,{key}", debt_change=-paid, **extra))
        return entries

    # -- spending ------------------------------------------------------------------------

    def _get_spendable(self, store, kinds=None):
        """Return how many cents can be spent at ``store`` now (credits up to date first)."""
        self.ensure_one()
        wallet = self.sudo()  # sudo: credits, which nobody may write himself
        wallet._credit_up_to_date()
        return sum(cents for _lot, cents in wallet._get_spendable_lots(store, kinds))

    def _get_spendable_lots(self, store, kinds=None):
        """Return ``[(lot, free cents)]`` in the order of spending: shopping first, FIFO by expiry."""
        kinds = [
            kind for kind, _label in VOUCHER_KINDS
            if store.scene in SPENDS_IN[kind] and (kinds is None or kind in kinds)]
        lots = self.env["voucher.lot"].sudo().search([
            ("wallet_id", "=", self.id), ("kind", "in", kinds), ("remaining", ">", 0),
            ("expires_on", ">=", fields.Date.today())])
        lots = lots.sorted(lambda lot: (lot.kind != "shopping", lot.expires_on, lot.id))
        free = ((lot, lot._get_free_cents()) for lot in lots)
        return [(lot, cents) for lot, cents in free if cents > 0]

    def _authorize(self, amount_cents, store, key, kinds=None, ttl_minutes=15):
        """Set vouchers aside for a payment at ``store``, all or nothing.

        The caller makes sure that the user may spend from this wallet.

        :param int amount_cents: above zero
        :param store: ``alliance.store`` in which they are spent; its scene decides the kinds
        :param str key: idempotency key: the same key gives the same hold, whatever its state
        :param kinds: voucher kinds allowed, of those that spend in the scene; None: all
        :param int ttl_minutes: after this the hold is released unless captured
        :return: the ``voucher.hold`` (sudo)
        :raise UserError: bad arguments, vouchers fall short, or the key was used for something else
        """
        self.ensure_one()
        wallet = self.sudo()  # sudo: neither holder nor cashier may write wallets; this is the gate
        store = store.sudo()
        wallet._check_authorization(amount_cents, store, key, kinds, ttl_minutes)
        wallet._lock()
        hold = self.env["voucher.hold"].sudo().search([("idempotency_key", "=", key)])
        if hold:
            hold._check_same_authorization(wallet, amount_cents, store)
            return hold
        wallet._credit_locked()
        parts = wallet._prepare_hold_parts(amount_cents, store, kinds)
        hold = hold.create(wallet._prepare_hold_vals(amount_cents, store, key, ttl_minutes, parts))
        wallet._book([], parts)
        return hold

    def _check_authorization(self, amount_cents, store, key, kinds, ttl_minutes):
        if type(amount_cents) is not int or amount_cents <= 0:
            raise UserError(self.env._(
                "Voucher amount: a whole number of cents above zero is needed, not %s.", amount_cents))
        if not key or not isinstance(key, str):
            raise UserError(self.env._("Voucher payment: a key that names the payment is needed."))
        if len(store) != 1 or store.company_id != self.company_id:
            raise UserError(self.env._("Store: vouchers are spent at one store of the wallet's company."))
        if not store._takes_vouchers_now():
            raise UserError(self.env._("Store: %s does not take vouchers now.", store.name))
        known = dict(VOUCHER_KINDS)
        if kinds is not None and (not kinds or any(kind not in known for kind in kinds)):
            raise UserError(self.env._("Voucher kinds: only %s are known.", ", ".join(known)))
        if type(ttl_minutes) is not int or not 1 <= ttl_minutes <= 60 * 24:
            raise UserError(self.env._("Time limit: 1 minute to 24 hours, not %s minutes.", ttl_minutes))

    def _prepare_hold_parts(self, amount_cents, store, kinds):
        """Return ``[(lot, cents)]`` adding up to ``amount_cents``; UserError when it falls short."""
        parts, missing = [], amount_cents
        for lot, free in self._get_spendable_lots(store, kinds):
            if not missing:
                break
            parts.append((lot, min(free, missing)))
            missing -= parts[-1][1]
        if missing:
            raise UserError(self.env._(
                "Vouchers for %(available)s can be spent at %(store)s; %(asked)s was asked for.",
                available=self.currency_id.format(float(from_cents(amount_cents - missing, self.currency_id))),
                asked=self.currency_id.format(float(from_cents(amount_cents, self.currency_id))),
                store=store.name))
        return parts

    def _prepare_hold_vals(self, amount_cents, store, key, ttl_minutes, parts):
        return {
            "name": self.env["ir.sequence"].sudo().next_by_code("voucher.hold") or "/",
            "wallet_id": self.id,
            "amount": from_cents(amount_cents, self.currency_id),
            "store_id": store.id,
            "idempotency_key": key,
            "expires_at": fields.Datetime.add(fields.Datetime.now(), minutes=ttl_minutes),
            "line_ids": [
                fields.Command.create({"lot_id": lot.id, "amount": from_cents(cents, self.currency_id)})
                for lot, cents in parts],
        }
