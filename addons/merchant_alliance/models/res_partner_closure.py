from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL


class ResPartner(models.Model):
    """Closing a shopper's account, and archiving the contact."""

    _inherit = "res.partner"

    alliance_closed_on = fields.Datetime(
        string="Account Closed", readonly=True, copy=False, groups="base.group_user",
        help="Points and vouchers were given up. What is bought later gives this contact none.")

    # -- closing ---------------------------------------------------------------------------------

    def _close_account(self, by, reason):
        """Give up all that this shopper has, for good; the caller checked whose account it is.

        :param str by: ``shopper`` or ``operator``
        :param str reason: why, in words
        :return: the log (``alliance.account.closure``, sudo), one for each company
        :raise UserError: with what stands in the way
        """
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: please say why the account is closed."))
        partner = self.sudo()  # sudo: neither shoppers nor operators may write what is given up
        self.env.flush_all()
        self.env.execute_query(SQL("SELECT id FROM res_partner WHERE id = %s FOR UPDATE", self.id))
        partner.invalidate_recordset(["alliance_closed_on"])
        if partner.alliance_closed_on:
            raise UserError(self.env._("The account of %s is closed already.", self.display_name))
        partner._before_closing()
        if obstacles := partner._get_closing_obstacles():
            raise UserError("\n".join(
                [self.env._("This account cannot be closed now:"), *(f"• {obstacle}" for obstacle in obstacles)]))
        vals_list = [{
            "company_id": company.id, **partner._prepare_closure_vals(company), "partner_id": self.id, "by": by,
            "user_id": self.env.uid, "reason": reason.strip()} for company in partner._get_closing_companies()]
        closures = self.env["alliance.account.closure"].sudo()._record(vals_list)  # sudo: nobody else writes the log
        partner.alliance_closed_on = fields.Datetime.now()
        partner._give_up_holdings(closures)
        self.env["alliance.consent"]._find(partner)._withdraw("account")
        partner._message_log(body=self.env._("The account was closed: %s", reason.strip()))
        return closures

    def _before_closing(self):
        """Hook: bring what is held up to date, and lock it."""

    def _get_closing_companies(self):
        """Return the companies in which this contact has something. Hook."""
        return self._get_merge_companies(self)

    def _prepare_closure_vals(self, company):
        """Return what is given up in ``company``, for the log. Hook."""
        return {}

    def _give_up_holdings(self, closures):
        """Hook: give up what is held, as ``closures`` say."""

    def _get_closing_obstacles(self):
        """Return why this account (sudo) cannot be closed now, in sentences that say what to do. Hook."""
        env, obstacles = self.env, []
        business = self.commercial_partner_id | self
        merchants = env["alliance.merchant"].with_context(active_test=False)  # archived ones may have accounts, too
        if unsettled := merchants.search([("partner_id", "in", business.ids)])._filter_unsettled():
            obstacles.append(env._(
                "It belongs to a merchant (%s): the merchant must be closed, and its accounts be settled.",
                ", ".join(unsettled.mapped("name"))))
        if env["alliance.promoter"].search_count(
                [("partner_id", "=", self.id), ("state", "not in", ("rejected", "withdrawn", "ended"))], limit=1):
            obstacles.append(env._("It belongs to a promoter: the agreement must be ended first."))
        if env["alliance.shareholding"].search_count([("partner_id", "=", self.id), ("percent", ">", 0)], limit=1):
            obstacles.append(env._("It holds shares of a store: they must be moved first."))
        if orders := self._get_open_orders():
            obstacles.append(env._("Orders are under way (%s): they must be completed or cancelled first.",
                                   ", ".join(orders.mapped("name")[:5])))
        return obstacles

    def _get_open_orders(self):
        """Return orders of this contact that are being paid, or were paid and not handed over yet."""
        orders = self.env["sale.order"].search([("partner_id", "=", self.id), ("state", "in", ("sent", "sale"))])
        return orders.filtered(
            lambda order: any(tx.state in ("pending", "authorized") for tx in order.transaction_ids)
            or any(picking.state not in ("done", "cancel") for picking in order.picking_ids))

    def _get_closing_losses(self):
        """Return what would be lost by closing this account now, as sentences; empty: nothing. Hook."""
        return []

    def _reopen_account(self):
        """Let this contact earn again, from now on and with nothing; what was given up stays so. Hook."""
        self.alliance_closed_on = False

    def action_reopen_account(self):
        """Open closed accounts again (operator)."""
        if not self.env.user.has_group("merchant_alliance.group_operator"):
            raise AccessError(self.env._("Only an operator opens accounts again."))
        self.check_access("read")
        for partner in self.sudo().filtered("alliance_closed_on"):  # sudo: an operator need not edit contacts
            partner._reopen_account()
            partner._message_log(body=self.env._("The account was opened again, with nothing in it."))

    # -- merging and archiving -------------------------------------------------------------------

    @api.model
    def _get_merge_refusal(self, source, target):
        if refusal := super()._get_merge_refusal(source, target):
            return refusal
        if closed := (source | target).filtered("alliance_closed_on"):
            return self.env._(
                "The account of %s is closed: what it had is given up, and it earns nothing. Keep both contacts, or"
                " open the account again first.", closed[0].display_name)
        return None

    def write(self, vals):
        if vals.get("active") is False:
            self._check_archivable()
        return super().write(vals)

    def _check_archivable(self):
        """Refuse to archive contacts who have something that nobody would see any more.

        Archived, vouchers could not be spent and would lapse, and points would go on releasing some unseen.

        :raise UserError: with what to do instead
        """
        active = self.filtered("active")
        # sudo: whether there is something must not depend on what the user may read
        holders = active.sudo()._filter_holding() if active else active
        if holders:
            raise UserError(self.env._(
                "These contacts have points, vouchers or debts, and cannot be archived: %s. Archived, they could not"
                " spend them, and their points would go on unseen. Let them spend what they have, merge the contact"
                " into the one that is used, or close the account (Actions, Close Account), which gives it up; then"
                " archive.",
                ", ".join(holders.mapped("display_name")[:5])))

    def _filter_holding(self):
        """Return those of these contacts (sudo) that have something of worth. Hook."""
        return self.browse()
