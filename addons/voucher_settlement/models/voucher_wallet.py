from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents


class VoucherWallet(models.Model):
    """What a holder has been released, has and owes. Every change locks this row.

    ``earned`` is exact; ``credited = floor_cents(earned)`` once up to date with
    ``settled_number``, one floor for the whole wallet (product, settlement arithmetic).
    One wallet serves a holder both as shopper and as merchant.
    """

    _name = "voucher.wallet"
    _description = "Voucher Wallet"
    _inherit = ["alliance.server.fields"]
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

    def write(self, vals):
        self.check_access("write")
        if {"partner_id", "company_id"} & set(vals):
            raise UserError(self.env._("A wallet stays with its holder: vouchers cannot be passed on."))
        return super().write(vals)

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
                        balance_deduction, balance_shopping, held_deduction, held_shopping, closed)
                   SELECT p.id, %s, 0, 0, 0, 0, 0, 0, 0, 0, p.alliance_closed_on IS NOT NULL
                     FROM res_partner p WHERE p.id = ANY(%s)
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
            remaining changes by), ``debt_change`` and maybe ``given_up`` in cents, from ``_prepare_entry``
        :param held: list of ``(lot, cents)``: what the held part of a lot changes by
        :return: the ``voucher.entry`` records
        :raise psycopg2.errors.CheckViolation: whatever would overspend a lot or wallet
        """
        Lot, Entry = self.env["voucher.lot"].sudo(), self.env["voucher.entry"].sudo()
        lots, wallets, owners = {}, {}, {}
        for vals in entries:
            wallet = wallets.setdefault(vals["wallet_id"], {})
            wallet["debt"] = wallet.get("debt", 0) + vals["debt_change"]
            if vals["amount"]:
                lots.setdefault(vals["lot_id"], [0, 0])[0] += vals["amount"]
                owners[vals["lot_id"]] = vals["wallet_id"]
                name = f"balance_{vals['voucher_kind']}"
                wallet[name] = wallet.get(name, 0) + vals["amount"]
        for lot, cents in held:
            lots.setdefault(lot.id, [0, 0])[1] += cents
            owners[lot.id] = lot.wallet_id.id
            wallet = wallets.setdefault(lot.wallet_id.id, {})
            name = f"held_{lot.kind}"
            wallet[name] = wallet.get(name, 0) + cents
        if not wallets:
            return Entry
        touched = self.sudo().browse(wallets)
        # jobs book for wallets of several companies at once
        currencies = {wallet.id: wallet.company_id.currency_id for wallet in touched}
        self.env.flush_all()
        if lots:
            self.env.execute_query(SQL(
                """UPDATE voucher_lot l
                      SET remaining = l.remaining + c.remaining, held = l.held + c.held
                     FROM unnest(%s, %s::numeric[], %s::numeric[]) AS c (id, remaining, held)
                    WHERE l.id = c.id""",
                list(lots),
                *([from_cents(change[part], currencies[owners[lot_id]]) for lot_id, change in lots.items()]
                  for part in (0, 1))))
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
            *([from_cents(change.get(name, 0), currencies[wallet_id]) for wallet_id, change in wallets.items()]
              for name in names)))
        touched.invalidate_recordset()
        Lot.browse(lots).invalidate_recordset()
        return Entry.create([
            {**vals,
             "amount": from_cents(vals["amount"], currencies[vals["wallet_id"]]),
             "debt_change": from_cents(vals["debt_change"], currencies[vals["wallet_id"]]),
             "given_up": from_cents(vals.get("given_up", 0), currencies[vals["wallet_id"]])}
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
