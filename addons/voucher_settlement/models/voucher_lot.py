from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import to_cents

from .voucher_kind import VOUCHER_KINDS

GRACE_DAYS = 7  # that what comes back can be spent at least
FIXED = {"wallet_id", "partner_id", "kind", "amount", "scope_id", "date", "period_id", "qualified_sale_id"}


class VoucherLot(models.Model):
    """Vouchers of one kind given at one moment, with one expiry.

    ``amount`` is what was given; the entries of a lot add up to its ``remaining``.
    """

    _name = "voucher.lot"
    _description = "Voucher"
    _inherit = ["alliance.server.fields"]
    _order = "expires_on, id"
    _log_access = False  # narrow table: a settlement makes one for each wallet

    wallet_id = fields.Many2one(
        "voucher.wallet", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(
        related="wallet_id.partner_id", string="Holder", store=True, index=True)
    company_id = fields.Many2one(related="wallet_id.company_id")
    currency_id = fields.Many2one(related="wallet_id.currency_id")
    kind = fields.Selection(VOUCHER_KINDS, required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True, help="What was given.")
    remaining = fields.Monetary(required=True, readonly=True, help="What is left of it.")
    held = fields.Monetary(
        required=True, readonly=True, default=0.0, help="Part of the rest set aside for payments under way.")
    date = fields.Date(required=True, readonly=True)
    expires_on = fields.Date(required=True, readonly=True, help="Last day on which it can be spent.")
    period_id = fields.Many2one(
        "settlement.period", readonly=True, ondelete="restrict", help="The settlement that released it.")
    qualified_sale_id = fields.Many2one(
        "alliance.qualified.sale", readonly=True, index="btree_not_null", ondelete="restrict",
        help="The purchase that it was given with.")
    scope_id = fields.Many2one(
        "voucher.scope", string="Spends", readonly=True, ondelete="restrict",
        help="Where it spends, as the policy or contract said when it was given; empty: wherever its kind does.")
    idempotency_key = fields.Char(required=True, readonly=True)
    entry_ids = fields.One2many("voucher.entry", "lot_id", string="Ledger")

    _idempotency_key_uniq = models.Constraint(
        "UNIQUE (idempotency_key)", "This voucher has been given already.")
    _amounts_sound = models.Constraint(
        "CHECK (amount > 0 AND held >= 0 AND held <= remaining AND remaining <= amount)",
        "A voucher cannot be spent or held beyond its amount.")
    _spendable_idx = models.Index("(wallet_id, kind, expires_on, id) WHERE remaining > 0")
    _expiry_idx = models.Index("(expires_on) WHERE remaining > 0")

    @api.depends("kind", "expires_on")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for lot in self:
            lot.display_name = self.env._(
                "%(kind)s until %(day)s", kind=labels.get(lot.kind, ""), day=lot.expires_on)

    def write(self, vals):
        self.check_access("write")
        if FIXED.intersection(vals):
            raise UserError(self.env._(
                "A voucher stays as it was given, with the one it was given to; it cannot be passed on."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Vouchers are not deleted: they are spent, expire or are taken back."))

    def _get_free_cents(self):
        """Return what is neither spent nor held, in cents."""
        return to_cents(self.remaining, self.currency_id) - to_cents(self.held, self.currency_id)

    def _prepare_entry(self, kind, cents, key, debt_change=0, **extra):
        """Return values of one ledger entry about this lot, for ``voucher.wallet._book``.

        :param int cents: what ``remaining`` changes by
        :param int debt_change: what the wallet's debt changes by, cents
        """
        return {
            "wallet_id": self.wallet_id.id,
            "company_id": self.wallet_id.company_id.id,
            "lot_id": self.id,
            "kind": kind,
            "voucher_kind": self.kind,
            "amount": cents,
            "debt_change": debt_change,
            "qualified_sale_id": self.qualified_sale_id.id,
            "idempotency_key": key,
            **extra,
        }

    def _prepare_expiry_entries(self, free=None):
        """Return the entries that expire what is unheld of those past their last day.

        :param dict free: free cents by lot, where a caller has yet to book a change of them
        """
        entries = []
        days = {company: company._get_day() for company in self.company_id}
        for lot in self:
            cents = lot._get_free_cents() if free is None else free.get(lot, 0)
            if lot.expires_on < days[lot.company_id] and cents > 0:
                # Under one expiry date a lot only shrinks, so what was left names the event.
                left = to_cents(lot.remaining, lot.currency_id)
                entries.append(lot._prepare_entry(
                    "expire", -cents, f"expire,{lot.id},{lot.expires_on},{left}"))
        return entries

    def _grant_grace(self):
        """Let what comes back be spent for at least ``GRACE_DAYS`` from today."""
        for company, lots in self.grouped("company_id").items():
            last = fields.Date.add(company._get_day(), days=GRACE_DAYS)
            lots.filtered(lambda lot, last=last: lot.expires_on < last).write({"expires_on": last})

    def _reinstate(self, cents, key, given_up=0, **extra):
        """Give back what expired by mistake; a debt is paid out of it first. The wallet is locked.

        The caller makes sure that the rebate pool holds the money, and books it.

        :param int cents: above zero, at most what expired of this voucher
        :param int given_up: of that, what had gone with a closed account
        :param extra: further values of the ledger entries
        :return: the ``voucher.entry`` records
        """
        self.ensure_one()
        entries = [self._prepare_entry("reinstate", cents, key, given_up=-given_up, **extra)]
        entries += self.wallet_id._prepare_debt_entries([(self, cents, key)], **extra)
        self._grant_grace()
        return self.wallet_id._book(entries)

    @api.model
    def _cron_expire(self, chunk=1000):
        """Expire unheld vouchers past their last day; the money returns to the rebate pool.

        Takes wallets that nobody else has locked; commits after each chunk when run by cron.
        """
        lots = self.sudo()  # sudo: a job; nobody may write vouchers
        return self.env["voucher.wallet"]._run_by_company(
            lambda company: SQL(
                """voucher_lot l JOIN voucher_wallet w ON w.id = l.wallet_id
                    WHERE w.company_id = %s AND l.expires_on < %s AND l.remaining > l.held""",
                company.id, company._get_day()),
            SQL("l.id"), SQL("l.expires_on, l.id"), chunk,
            lambda ids: lots.env["voucher.wallet"]._book(lots.browse(ids)._prepare_expiry_entries()))
