from odoo import models

from odoo.addons.merchant_alliance.tools.money import to_cents


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_wallets(self):
        """Return the wallets (sudo) of these contacts in all companies."""
        # sudo: the answer must not depend on what the user may read
        return self.env["voucher.wallet"].sudo().search([("partner_id", "in", self.ids)])

    def _before_closing(self):
        """Lock and credit the wallets, those without points, too."""
        wallets = self._get_wallets()
        wallets._lock()
        wallets._credit_locked()
        return super()._before_closing()

    def _get_closing_obstacles(self):
        obstacles, wallets = super()._get_closing_obstacles(), self._get_wallets()
        if wallets.filtered(lambda wallet: wallet.held_deduction + wallet.held_shopping > 0):
            obstacles.append(self.env._(
                "Vouchers are held for a payment under way: it must be completed or end first (at most a day)."))
        return obstacles

    def _get_closing_losses(self):
        losses, wallets = super()._get_closing_losses(), self._get_wallets()
        wallets._credit_up_to_date()
        for wallet in wallets:
            if left := wallet.balance_deduction + wallet.balance_shopping:
                losses.insert(0, self.env._("vouchers for %s", wallet.currency_id.format(left)))
        return losses

    def _prepare_closure_vals(self, company):
        wallets = self._get_wallets().filtered(lambda wallet: wallet.company_id == company)
        left = sum(wallet.balance_deduction + wallet.balance_shopping for wallet in wallets)
        return {**super()._prepare_closure_vals(company), "voucher_amount": left,
                "voucher_debt": sum(wallets.mapped("debt"))}

    def _give_up_holdings(self, closures):
        """Let the vouchers lapse: their money goes back to the rebate pool; then nothing can come in any more."""
        result = super()._give_up_holdings(closures)
        for wallet in self._get_wallets():
            # an account that was opened again may be closed with something of the same lot once more
            closure = closures.filtered(lambda closure, wallet=wallet: closure.company_id == wallet.company_id)
            left = {lot: to_cents(lot.remaining, lot.currency_id) for lot in wallet.lot_ids}
            wallet._book([
                lot._prepare_entry("expire", -cents, f"closure,{closure.id},{lot.id}", given_up=cents)
                for lot, cents in left.items() if cents])
            wallet._set_closed(True)
        return result

    def _reopen_account(self):
        wallets = self._get_wallets()
        wallets._lock()
        wallets._set_closed(False)
        return super()._reopen_account()

    def _filter_holding(self):
        wallets = self._get_wallets().filtered(
            lambda wallet: wallet.balance_deduction or wallet.balance_shopping or (wallet.debt and not wallet.closed))
        return super()._filter_holding() | wallets.partner_id
