import itertools

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.merchant_alliance.tools.money import from_cents, split_by_weights, to_cents

from ..tools.allocate import allocate
from .voucher_kind import SPENDS_IN, VOUCHER_KINDS
from .voucher_scope import EVERYWHERE


class VoucherWallet(models.Model):
    """Spending: which vouchers spend where, and setting them aside for payments."""

    _inherit = "voucher.wallet"

    # -- what spends where ---------------------------------------------------------------

    def _get_spendable(self, store, kinds=None):
        """Return how many cents can be spent at ``store`` now (credits up to date first)."""
        self.ensure_one()
        wallet = self.sudo()  # sudo: credits, which nobody may write himself
        wallet._credit_up_to_date()
        return sum(cents for _lot, cents in wallet._get_spendable_lots(store, kinds))

    def _get_spendable_lots(self, store, kinds=None):
        """Return ``[(lot, free cents)]`` that spend at ``store``, in the order of spending."""
        return [
            (lot, cents) for lot, cents, places in self._get_free_lots(store)
            if places and (kinds is None or lot.kind in kinds)]

    def _get_free_lots(self, stores):
        """Return ``[(lot, free cents, those of ``stores`` where it spends)]`` in the order of spending.

        None spends in a store of the holder's own: the reimbursement would turn vouchers into money.
        Shopping vouchers first, then FIFO by expiry; of those with the same last day the ones that spend
        in the fewest places.
        """
        self.ensure_one()
        lots = self.env["voucher.lot"].sudo().search([
            ("wallet_id", "=", self.id), ("remaining", ">", 0), ("expires_on", ">=", self.company_id._get_day())])
        stores = stores.sudo() - self._get_own_stores(stores)
        covered = lots.scope_id._get_covered(stores)
        lots = lots.sorted(lambda lot: (
            lot.kind != "shopping", lot.expires_on, lot.scope_id.breadth if lot.scope_id else EVERYWHERE, lot.id))
        return [
            (lot, cents, stores.filtered(lambda store, lot=lot: (
                store.scene in SPENDS_IN[lot.kind]
                and (not lot.scope_id or (lot.scope_id.id, store.id) in covered))))
            for lot in lots if (cents := lot._get_free_cents()) > 0]

    def _get_own_stores(self, stores):
        """Return those of ``stores`` (sudo) that belong to the holder, or to the business that the holder is of."""
        # sudo: holders and cashiers may not read merchants' contacts
        owner = self.sudo().partner_id.commercial_partner_id
        return stores.sudo().filtered(lambda store: store.merchant_id.partner_id == owner)

    def _get_elsewhere(self, stores):
        """Say why nothing spends at own ones of ``stores``, and how much spends at none of them, and where."""
        return self._describe_elsewhere(self._get_free_lots(stores), stores)

    def _describe_elsewhere(self, rows, stores):
        own = self._get_own_stores(stores)
        refusal = self.env._("Nobody pays with vouchers in a store of his own.") if own else ""
        return " ".join(filter(None, [refusal, self._describe_places(rows)]))

    def _describe_places(self, rows):
        sums = {}
        for lot, cents, places in rows:
            if not places:
                where = lot.scope_id._get_where(lot.kind)
                sums[where] = sums.get(where, 0) + cents
        if not sums:
            return ""
        return self.env._("Other vouchers spend elsewhere: %s.", format_list(self.env, [
            self.env._("%(amount)s %(where)s", amount=self._format_cents(cents), where=where)
            for where, cents in sums.items()]))

    def _get_offer(self, most):
        """Return what this wallet can do for a payment in several stores.

        :param dict most: ``{store: cents}``: what can be paid in each
        :return: dict of cents ``available`` (vouchers that spend at one of the stores) and ``payable`` (of
            ``most``), and ``elsewhere`` (text, see ``_get_elsewhere``)
        """
        self.ensure_one()
        wallet = self.sudo()  # sudo: credits, which nobody may write himself
        wallet._credit_up_to_date()
        stores = self.env["alliance.store"].union(*most)
        rows = wallet._get_free_lots(stores)
        limits = {store.id: cents for store, cents in most.items()}
        flows = allocate([(cents, places.ids) for _lot, cents, places in rows], [limits], sum(limits.values()))
        return {
            "available": sum(cents for _lot, cents, places in rows if places),
            "payable": sum(sum(flow.values()) for flow in flows),
            "elsewhere": wallet._describe_elsewhere(rows, stores),
        }

    def _format_cents(self, cents):
        return self.currency_id.format(float(from_cents(cents, self.currency_id)))

    # -- one store -----------------------------------------------------------------------

    def _authorize(self, amount_cents, store, key, kinds=None, ttl_minutes=15):
        """Set vouchers aside for a payment at ``store``, all or nothing.

        The caller makes sure that the user may spend from this wallet.

        :param int amount_cents: above zero
        :param store: ``alliance.store`` in which they are spent; kinds and scopes say which do
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
        hold = hold.create(wallet._prepare_hold_vals(store, key, ttl_minutes, parts))
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
            self._refuse_short(amount_cents - missing, amount_cents, store)
        return parts

    def _refuse_short(self, available_cents, amount_cents, stores):
        refusal = self.env._(
            "Vouchers for %(available)s can be spent at %(store)s; %(asked)s was asked for.",
            available=self._format_cents(available_cents), asked=self._format_cents(amount_cents),
            store=format_list(self.env, stores.mapped("name")))
        raise UserError(" ".join(filter(None, [refusal, self._get_elsewhere(stores)])))

    def _prepare_hold_vals(self, store, key, ttl_minutes, parts):
        return {
            "name": self.env["ir.sequence"].sudo().next_by_code("voucher.hold") or "/",
            "wallet_id": self.id,
            "amount": from_cents(sum(cents for _lot, cents in parts), self.currency_id),
            "store_id": store.id,
            "idempotency_key": key,
            "expires_at": fields.Datetime.add(fields.Datetime.now(), minutes=ttl_minutes),
            "line_ids": [
                fields.Command.create({"lot_id": lot.id, "amount": from_cents(cents, self.currency_id)})
                for lot, cents in parts],
        }

    # -- several stores -------------------------------------------------------------------

    def _authorize_stores(self, amount_cents, most, key, ttl_minutes=15):
        """Set vouchers aside for one payment in several stores, all or nothing; see ``_authorize``.

        Each store is paid in proportion to what it sells, as far as the vouchers spend there; what does not
        goes to the others.

        :param dict most: ``{store: cents}``: what vouchers may pay at most in each store
        :param str key: names the payment; the hold of a store gets ``key,<its id>``
        :return: the ``voucher.hold`` records (sudo), one for each store that is paid something
        """
        self.ensure_one()
        wallet = self.sudo()  # sudo: see _authorize
        stores = self.env["alliance.store"].sudo().union(*most)
        for store in stores:
            wallet._check_authorization(amount_cents, store, key, None, ttl_minutes)
        wallet._lock()
        keys = {store: f"{key},{store.id}" for store in stores}
        holds = self.env["voucher.hold"].sudo().search([("idempotency_key", "in", list(keys.values()))])
        if holds:
            if holds.wallet_id != wallet or amount_cents != sum(
                    to_cents(hold.amount, hold.currency_id) for hold in holds):
                raise UserError(self.env._(
                    "The key %s belongs to another voucher payment (wallet, store or amount differ).", key))
            return holds
        wallet._credit_locked()
        parts = wallet._prepare_store_parts(amount_cents, most)
        holds = holds.create([
            wallet._prepare_hold_vals(store, keys[store], ttl_minutes, parts[store])
            for store in stores if parts[store]])
        wallet._book([], list(itertools.chain(*parts.values())))
        return holds

    def _prepare_store_parts(self, amount_cents, most):
        """Return ``{store: [(lot, cents)]}`` adding up to ``amount_cents``; UserError when it falls short."""
        stores = self.env["alliance.store"].sudo().union(*most)
        rows = self._get_free_lots(stores)
        limits = {store.id: cents for store, cents in most.items()}
        stages = [limits]
        if amount_cents <= sum(limits.values()):
            shares = split_by_weights(amount_cents, list(limits.values()))
            stages.insert(0, dict(zip(limits, shares, strict=True)))
        flows = allocate([(cents, places.ids) for _lot, cents, places in rows], stages, amount_cents)
        found = sum(sum(flow.values()) for flow in flows)
        if found < amount_cents:
            self._refuse_short(found, amount_cents, stores)
        return {store: [(lot, flow[store.id]) for (lot, *_rest), flow in zip(rows, flows, strict=True)
                        if flow.get(store.id)] for store in stores}
