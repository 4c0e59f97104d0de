from odoo import api, models
from odoo.tools import SQL

AMOUNTS = ("earned", "credited", "debt", "balance_deduction", "balance_shopping", "held_deduction", "held_shopping")


class ResPartner(models.Model):
    _inherit = "res.partner"

    # -- whether ---------------------------------------------------------------------------------

    @api.model
    def _get_merge_refusal(self, source, target):
        """Vouchers are money: a settlement maker merges them, in books of one currency, of his own companies."""
        if refusal := super()._get_merge_refusal(source, target):
            return refusal
        # sudo: the answer must not depend on what the user may read
        wallets = self.env["voucher.wallet"].sudo().search([("partner_id", "in", (source + target).ids)])
        wallets = wallets.filtered(lambda wallet: any(wallet[name] for name in AMOUNTS))
        moving = wallets.filtered(lambda wallet: wallet.partner_id == source)
        if not moving:
            return None
        if not self.env.su and not self.env.user.has_group("voucher_settlement.group_settlement_maker"):
            return self.env._(
                "%s has a wallet. Vouchers change hands by somebody who prepares settlements: please ask a settlement"
                " maker to merge these contacts.", source.display_name)
        if not self.env.su and (foreign := moving.company_id - self.env.user.company_ids):
            return self.env._(
                "%(name)s has a wallet at %(company)s. Please ask somebody of that company to merge these contacts.",
                name=source.display_name, company=foreign[0].name)
        if len(wallets.company_id.currency_id) > 1:
            return self.env._(
                "%(gone)s and %(kept)s have wallets in several currencies (%(currencies)s). Keep both contacts.",
                gone=source.display_name, kept=target.display_name,
                currencies=", ".join(sorted(wallets.company_id.currency_id.mapped("name"))))
        return None

    # -- what ------------------------------------------------------------------------------------

    @api.model
    def _before_merge(self, source, target):
        """Lock all wallets, in one order, and credit them: what points have released so far is their holders'."""
        result = super()._before_merge(source, target)
        wallets = self.env["voucher.wallet"].sudo()  # sudo: nobody may write wallets otherwise
        held = wallets.search([("partner_id", "in", (source + target).ids)])
        companies = held.filtered(lambda wallet: wallet.partner_id == source).company_id
        for company in companies | super()._get_merge_companies(source).filtered(source._has_points):
            held |= wallets._get_or_create_batch(source + target, company)
        held._lock()
        held._credit_locked()
        return result

    @api.model
    def _get_merge_companies(self, source):
        """Add those in which ``source`` has a wallet."""
        wallets = self.env["voucher.wallet"].sudo().search([("partner_id", "=", source.id)])
        return super()._get_merge_companies(source) | wallets.company_id

    @api.model
    def _prepare_merge_vals(self, source, target, company):
        """Add what is in the wallet."""
        vals = super()._prepare_merge_vals(source, target, company)
        by_partner = self.env["voucher.wallet"].sudo().search([
            ("partner_id", "in", (source + target).ids), ("company_id", "=", company.id)]).grouped("partner_id")
        if not (wallet := by_partner.get(source)):
            return vals
        return {
            **vals,
            "wallet_id": by_partner[target].id,
            "source_wallet_number": wallet.id,
            "wallet_earned": wallet._read_exact()[wallet.id][0],
            "wallet_credited": wallet.credited,
            "wallet_debt": wallet.debt,
            "wallet_deduction": wallet.balance_deduction,
            "wallet_shopping": wallet.balance_shopping,
            "wallet_held": wallet.held_deduction + wallet.held_shopping,
        }

    @api.model
    def _move_holder(self, source, target, moved):
        """Add the wallets up; vouchers, ledger, holds and debts go with them, the payment code is void."""
        result = super()._move_holder(source, target, moved)
        wallets = self.env["voucher.wallet"].sudo()  # sudo: see _before_merge
        for vals in moved.values():
            if not vals.get("source_wallet_number"):
                continue
            kept, gone = wallets.browse(vals["wallet_id"]), wallets.browse(vals["source_wallet_number"])
            vals["debt_paid"] = kept._absorb(gone)
            self.env.execute_query(SQL(
                "UPDATE alliance_holder_merge SET wallet_id = %s WHERE wallet_id = %s RETURNING id", kept.id, gone.id))
            gone._delete_empty()
        return result
