from odoo import fields, models

from odoo.addons.merchant_alliance.tools.money import to_cents


class AllianceFunding(models.Model):
    _inherit = "alliance.funding"

    move_id = fields.Many2one(
        "account.move", string="Sweep Entry", readonly=True, ondelete="restrict")
    reversal_move_id = fields.Many2one(
        "account.move", string="Return Entry", readonly=True, index="btree_not_null", ondelete="restrict")

    def _before_funding(self, merchants):
        """Book all that was earned in one go, before the money for it arrives."""
        super()._before_funding(merchants)
        for company, company_merchants in merchants.grouped("company_id").items():
            # sudo: nobody else may post to escrow
            self.env["escrow.posting"].sudo()._post_concessions_earned(company, company_merchants)

    def _after_funded(self):
        """Book the money before anybody gets rewards from it."""
        for funding in self:
            # sudo: nobody else may post to escrow
            self.env["escrow.posting"].sudo()._post_funding(funding)
        return super()._after_funded()

    def _filter_refunds_payable(self, refunds):
        """A concession goes back only while the pool holds enough for it; else the refund waits."""
        refunds = super()._filter_refunds_payable(refunds)
        payable = refunds.browse()
        for company, company_refunds in refunds.grouped("company_id").items():
            self.env["escrow.posting"].sudo()._serialize_pool(company)
            left = self.env["escrow.posting"].sudo()._get_balance("rebate_pool", company)
            for refund in company_refunds.sorted("id"):
                needed = refund._get_voucher_from_pool_cents() - to_cents(refund.alloc_pool, refund.currency_id)
                if needed <= left:
                    left -= needed
                    payable += refund
        return payable
