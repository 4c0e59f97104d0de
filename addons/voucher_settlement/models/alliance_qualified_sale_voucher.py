from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import from_cents, to_cents

from ..tools.release import get_sum
from .voucher_kind import SPENDS_IN


class AllianceQualifiedSale(models.Model):
    """What a sale's rewards mean for wallets: shopping vouchers given, refunds taken back."""

    _inherit = "alliance.qualified.sale"

    voucher_lot_ids = fields.One2many(
        "voucher.lot", "qualified_sale_id", string="Shopping Vouchers", groups="base.group_user")

    # -- giving ------------------------------------------------------------------------------

    def _activate_rewards(self):
        """Give the shopping vouchers at once; every holder of points gets a wallet."""
        sales = super()._activate_rewards()
        for company, company_sales in sales.grouped("company_id").items():
            holders = company_sales.partner_id | company_sales.merchant_id.partner_id
            self.env["voucher.wallet"]._get_or_create_batch(holders, company)
            company_sales._grant_shopping_vouchers()
        return sales

    def _grant_shopping_vouchers(self):
        """Give the shoppers of these sales (one company) what is due in shopping vouchers."""
        due = {
            sale: cents["alloc_shopping"]
            for sale, cents in self._get_due_cents().items() if cents["alloc_shopping"] > 0}
        if not due:
            return
        shoppers = self.env["res.partner"].union(*(sale.partner_id for sale in due))
        wallets = self.env["voucher.wallet"]._get_or_create_batch(shoppers, self.company_id)
        scopes = self.union(*due)._get_shopping_scopes()
        wallets._lock()
        by_partner = wallets.grouped("partner_id")
        # sudo: vouchers come into being through rewards and settlements alone
        lots = self.env["voucher.lot"].sudo().create([
            {**sale._prepare_shopping_lot_vals(by_partner[sale.partner_id], cents), "scope_id": scopes[sale].id}
            for sale, cents in due.items()])
        given = list(zip(lots, due.values(), strict=True))
        entries = [
            lot._prepare_entry("grant", cents, lot.idempotency_key) for lot, cents in given]
        entries += wallets._prepare_debt_entries(
            [(lot, cents, lot.idempotency_key) for lot, cents in given])
        wallets._book(entries)

    def _prepare_shopping_lot_vals(self, wallet, cents):
        """Return values of the voucher given with this sale; its ledger entry brings the amount."""
        today = self.company_id._get_day()
        return {
            "wallet_id": wallet.id,
            "kind": "shopping",
            "amount": from_cents(cents, self.currency_id),
            "remaining": 0.0,
            "date": today,
            "expires_on": fields.Date.add(today, days=self.policy_id.shopping_life_days),
            "qualified_sale_id": self.id,
            "idempotency_key": f"grant,{self.id}",
        }

    def _get_shopping_scopes(self):
        """Return ``{sale: scope (sudo)}`` of the shopping vouchers given with these sales; empty: the two malls.

        What the merchant's contract says goes before the policy.
        """
        sales = self.sudo()  # sudo: whoever releases the rewards, contracts and policies say where they spend
        own = sales.filtered(lambda sale: (
            sale.contract_line_id.own_vouchers and sale.scene in SPENDS_IN["shopping"]))
        own_scopes = self.env["voucher.scope"]._get_own(own.merchant_id)
        return {
            sale: own_scopes[sale.merchant_id] if sale in own else sale.policy_id.shopping_scope_id for sale in sales}

    # -- taking back -------------------------------------------------------------------------

    def _before_base_change(self, partners):
        """Credit the holders' wallets up to date: what the points have released is still theirs."""
        super()._before_base_change(partners)
        for company in self.company_id or self.env.company:
            wallets = self.env["voucher.wallet"]._get_or_create_batch(partners, company)
            wallets._lock()
            wallets._credit_locked()

    def _after_base_taken(self, entries):
        """Cancel what the taken points have released: lots are clawed back, the rest is owed."""
        super()._after_base_taken(entries)
        accumulated, starts = entries.cohort_id._get_accumulated(), entries._get_late_starts()
        shares = defaultdict(list)
        for entry in entries:
            taken = -to_cents(entry.base, entry.currency_id)
            index = accumulated.get((entry.cohort_id.id, entry.holder_kind), Decimal(0)) - starts.get(entry.id, 0)
            sale, correction = entry.qualified_sale_id, entry.correction_id
            key = str(sale.id) if sale and not correction else f"points{entry.id}"
            shares[entry.company_id, entry.partner_id, sale, correction, key].append(
                (from_cents(taken, entry.currency_id), index))
        for company in entries.company_id:
            holders = entries.filtered(lambda e, company=company: e.company_id == company).partner_id
            wallets = self.env["voucher.wallet"]._get_or_create_batch(holders, company)
            by_partner = wallets.grouped("partner_id")
            wallets._cancel_released([
                (by_partner[partner], get_sum(pairs), key,
                 {"qualified_sale_id": sale.id, "correction_id": correction.id})
                for (owner, partner, sale, correction, key), pairs in shares.items() if owner == company])

    def _after_points_owed(self, debts):
        """Cancel what the missing points had released by the time when their holder gave them away."""
        result = super()._after_points_owed(debts)
        for company in debts.company_id:
            owed = debts.filtered(lambda debt, company=company: debt.company_id == company)
            wallets = self.env["voucher.wallet"]._get_or_create_batch(owed.partner_id, company)
            by_partner = wallets.grouped("partner_id")
            wallets._cancel_released([
                (by_partner[debt.partner_id], debt._get_released(), f"owed{debt.id}",
                 {"qualified_sale_id": debt.qualified_sale_id.id, "correction_id": debt.correction_id.id})
                for debt in owed])
        return result

    def _take_points(self):
        """Take the refunds' part of the shopping vouchers back as well."""
        entries = super()._take_points()
        for refunds in self.grouped("company_id").values():
            refunds._claw_shopping_vouchers()
        return entries

    def _claw_shopping_vouchers(self):
        """Take back from the origin's own voucher what these refunds (one company) take; the rest is owed."""
        wallets = self.env["voucher.wallet"]._get_or_create_batch(self.origin_id.partner_id, self.company_id)
        wallets._lock()
        by_partner = wallets.grouped("partner_id")
        entries, free = [], {}
        for refund in self:
            cents = -to_cents(refund.alloc_shopping, refund.currency_id)
            lots = refund.origin_id.sudo().voucher_lot_ids  # sudo: a cashier refunds, whoever owns the voucher
            entries += by_partner[refund.origin_id.partner_id]._prepare_claw_entries(
                cents, lots, "shopping", str(refund.id), free, {"qualified_sale_id": refund.id})
        wallets._book(entries)
