from odoo import api, models
from odoo.tools import SQL

from odoo.addons.merchant_alliance.tools.money import from_cents

from .escrow_events import SETTLEMENT_CENTRE
from .voucher_reimbursement_due import KINDS


class VoucherReimbursement(models.Model):
    """What a merchant was reimbursed for vouchers that shoppers got back since returns to the escrow, by itself."""

    _inherit = "voucher.reimbursement"

    @api.model
    def _return_given_back(self, merchants):
        """Make a return for each merchant who gave back more vouchers than it took and was not reimbursed for.

        At once and without waiting for anybody: until then the escrow would hold less than it owes. The platform
        pays from its operating bank; the merchant owes it on its account, where payouts and statements set it off.
        A merchant whose reimbursement waits for approval waits with it: cancelled, its redemptions count again.

        :param merchants: ``alliance.merchant``; what they took and gave back is booked
        :return: the returns made
        """
        self = self.sudo()  # sudo: made by the settlement centre alone
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """SELECT merchant_id, company_id, array_agg(id), SUM(amount)::text FROM voucher_entry e
                WHERE merchant_id IN %s AND kind IN %s AND reimbursement_id IS NULL
                  AND move_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM voucher_reimbursement r
                                   WHERE r.merchant_id = e.merchant_id AND r.state = 'submitted')
             GROUP BY merchant_id, company_id HAVING SUM(amount) > 0 ORDER BY merchant_id, company_id""",
            tuple(merchants.ids) or (0,), KINDS))
        made = self.browse()
        for merchant_id, company_id, ids, amount in rows:
            merchant = self.env["alliance.merchant"].browse(merchant_id)
            cents = self.env["escrow.posting"]._to_cents(amount, self.env["res.company"].browse(company_id))
            made += self._make_return(merchant, self.env["voucher.entry"].browse(ids), cents)
        return made

    def _make_return(self, merchant, entries, cents):
        """Book a return of ``cents`` and note it on ``entries``, which add up to it."""
        posting, company = self.env["escrow.posting"], entries.company_id
        move = posting._post_event(
            "reimburse_reversal", company, self._prepare_lines(merchant, entries, -cents), partner=merchant.partner_id,
            ref=self.env._("%s: vouchers given back after they were reimbursed", merchant.name))
        document = self.with_context(reimbursement_return=SETTLEMENT_CENTRE).create({
            "merchant_id": merchant.id, "amount": from_cents(-cents, company.currency_id), "move_id": move.id})
        document._take_in(entries)
        return document.with_env(self.env)

    def _prepare_draft(self, vals):
        draft = super()._prepare_draft(vals)
        if self.env.context.get("reimbursement_return") is not SETTLEMENT_CENTRE:
            return draft
        return {**draft, "state": "returned", "amount": vals["amount"], "move_id": vals["move_id"]}
