from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import mute_logger, sql

from ..tools.serialize import touch
from .res_partner import HOUSEHOLD

# What PostgreSQL itself keeps true; constraints over several columns, made when all tables exist. The first column and
# ON DELETE are those of the field's own foreign key: Odoo takes them for it, and would drop what differs.
REFERENCES = {
    # a binding's promoter is the contact that it says
    ("alliance_promoter_binding", "promoter_is_contact"):
        "FOREIGN KEY (promoter_id, promoter_partner_id)"
        " REFERENCES alliance_promoter (id, partner_id) ON DELETE RESTRICT",
    # a sale's promoter comes from the binding of the sale's own shopper, and from nothing else
    ("alliance_qualified_sale", "promoter_by_own_binding"):
        "FOREIGN KEY (promoter_binding_id, partner_id, promoter_id)"
        " REFERENCES alliance_promoter_binding (id, partner_id, promoter_id) ON DELETE RESTRICT",
}


class AlliancePromoterBinding(models.Model):
    """Which promoter a shopper is bound to: one at a time. A change is a new entry; the old one stays, ended."""

    _name = "alliance.promoter.binding"
    _description = "Promoter Binding"
    _inherit = ["alliance.server.fields"]
    _order = "bound_on desc, id desc"

    partner_id = fields.Many2one(
        "res.partner", string="Shopper", required=True, readonly=True, index=True, ondelete="restrict")
    promoter_id = fields.Many2one("alliance.promoter", required=True, readonly=True, index=True, ondelete="restrict")
    promoter_partner_id = fields.Many2one(
        related="promoter_id.partner_id", string="Promoter's Contact", store=True, precompute=True, required=True)
    company_id = fields.Many2one(related="promoter_id.company_id", store=True, precompute=True, required=True)
    source = fields.Selection(
        [("registration", "Registration"), ("purchase", "First Purchase"), ("change", "Moved by Operator")],
        required=True, readonly=True)
    bound_on = fields.Datetime(required=True, readonly=True)
    ended_on = fields.Datetime(readonly=True, help="Empty: the shopper is bound to this promoter now.")
    reason = fields.Char(readonly=True, help="Why the shopper was moved.")

    _one_promoter = models.UniqueIndex(
        "(partner_id, company_id) WHERE ended_on IS NULL", "A shopper is bound to one promoter at a time.")
    _referred_uniq = models.Constraint(
        "UNIQUE (id, partner_id, promoter_id)", "A binding is one shopper and one promoter.")
    _not_oneself = models.Constraint(
        "CHECK (partner_id <> promoter_partner_id)", "Nobody is bound to himself: own purchases earn no commission.")
    _ended_after = models.Constraint(
        "CHECK (ended_on IS NULL OR ended_on >= bound_on)", "A binding ends after it begins.")
    _change_has_reason = models.Constraint(
        "CHECK ((source = 'change') = (reason IS NOT NULL))", "Whoever moves a shopper says why.")

    def init(self):
        self.pool.post_init(self._add_references)

    @api.model
    def _add_references(self):
        """Add ``REFERENCES`` to the database, once all tables exist."""
        for (table, name), definition in REFERENCES.items():
            name = f"{table}_{name}"
            if not sql.constraint_definition(self.env.cr, table, name):
                sql.add_constraint(self.env.cr, table, name, definition)

    @api.depends("partner_id", "promoter_id")
    def _compute_display_name(self):
        for binding in self:
            binding.display_name = f"{binding.partner_id.name} → {binding.promoter_id.display_name}"

    # -- append-only -----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Shoppers are bound by registering, or buying, through a promoter's link."))

    def write(self, vals):
        raise UserError(self.env._("A binding is not changed; moving a shopper is a new entry."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A binding is not deleted; moving a shopper is a new entry."))

    @api.model
    def _record(self, vals_list):
        """Append bindings; of two made at once for one shopper, the later one is retried and sees the other."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return super().create(vals_list)
        except UniqueViolation as error:
            raise ConcurrencyError("alliance.promoter.binding: bound in parallel") from error

    # -- binding ---------------------------------------------------------------------------------

    @api.model
    def _get_current(self, partners, company):
        """Return the bindings (sudo) in which ``partners`` are now."""
        # sudo: neither shoppers nor tills read bindings
        return self.sudo().search([
            ("partner_id", "in", partners.ids), ("company_id", "=", company.id), ("ended_on", "=", False)])

    @api.model
    def _get_refusal(self, partner, promoter):
        """Return why ``partner`` cannot be bound to ``promoter`` now, or None.

        :return: a key of ``HOUSEHOLD``, ``inactive``, ``bound`` or ``bought``
        """
        if not promoter or not promoter._is_inviting():
            return "inactive"
        if shared := partner._get_shared_household(promoter.partner_id):
            return shared
        if self._get_current(partner, promoter.company_id):
            return "bound"
        # sudo: shoppers and tills see no sales of others
        if self.env["alliance.qualified.sale"].sudo().search_count(
                [("partner_id", "=", partner.id), ("company_id", "=", promoter.company_id.id)], limit=1):
            return "bought"
        return None

    @api.model
    def _explain_refusal(self, refusal):
        """Return a refusal in words for the shopper; what is shared with the promoter is not told."""
        if refusal in dict(HOUSEHOLD):
            return self.env._("Your own account, and accounts of the same household or company as the promoter's, "
                              "are not bound: their purchases earn no commission.")
        return {
            "inactive": self.env._("This invitation does not hold any more."),
            "bound": self.env._("Your account belongs to a promoter already. It stays as it is."),
            "bought": self.env._("You have bought here before: only new shoppers are bound to a promoter."),
        }[refusal]

    @api.model
    def _bind(self, partner, promoter, source):
        """Bind a shopper to a promoter; the caller checked whose account it is.

        :param str source: ``registration`` or ``purchase``
        :return: the binding (sudo)
        :raise UserError: with the reason why not
        """
        if refusal := self._get_refusal(partner, promoter):
            raise UserError(self._explain_refusal(refusal))
        return self.sudo()._record([self._prepare_vals(partner, promoter, source)])  # sudo: nobody else writes them

    def _prepare_vals(self, partner, promoter, source, **vals):
        return {
            "partner_id": partner.id, "promoter_id": promoter.id, "source": source,
            "bound_on": fields.Datetime.now(), **vals}

    @api.model
    def _remember(self, partner, promoter):
        """A shopper with an account takes an invitation up: the first purchase in time binds to the promoter.

        :raise UserError: with the reason why not
        """
        if refusal := self._get_refusal(partner, promoter):
            raise UserError(self._explain_refusal(refusal))
        days = promoter.company_id.promoter_link_days
        partner.sudo().write({  # sudo: shoppers may not set it, but for the invitation they hold in hand
            "alliance_referral_id": promoter.id,
            "alliance_referral_until": fields.Datetime.now() + timedelta(days=days)})

    def _move(self, promoter, reason):
        """Move shoppers to another promoter, if the company's policy has it (operator).

        :raise UserError: the policy says never, one is bound there already, or is of that promoter's household
        """
        # whoever may decide about promoters may move their shoppers
        self.env["alliance.promoter"].check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Reason: please say why the shopper is moved."))
        touch(self)
        self.invalidate_recordset()
        moved = self.browse()
        for binding in self:
            if not binding.company_id.promoter_change_allowed:
                raise UserError(self.env._(
                    "Shoppers cannot be moved: the policy under Settings, Rewards Platform, Promoters says never."))
            if binding.ended_on or binding.promoter_id == promoter or binding.company_id != promoter.company_id:
                raise UserError(self.env._("%s cannot be moved there.", binding.display_name))
            if not promoter._is_inviting():
                raise UserError(self.env._("%s has no agreement in force.", promoter.display_name))
            if shared := binding.partner_id._get_shared_household(promoter.partner_id):
                raise UserError(self.env._(
                    "%(shopper)s and the promoter are one household: %(reason)s.", shopper=binding.partner_id.name,
                    reason=dict(HOUSEHOLD)[shared]))
            super(AlliancePromoterBinding, binding.sudo()).write({"ended_on": fields.Datetime.now()})
            binding.flush_recordset()
            moved += self.sudo()._record([self._prepare_vals(
                binding.partner_id, promoter, "change", reason=reason.strip())])
        return moved

    # -- earning ---------------------------------------------------------------------------------

    def _get_shared_household(self):
        """Return which of ``HOUSEHOLD`` ties both by now, or None: two who were apart may have moved together."""
        self.ensure_one()
        return self.partner_id._get_shared_household(self.promoter_id.partner_id)

    def _prepare_snapshot(self, moment, shared):
        """Return what a sale of this shopper at ``moment`` (naive UTC) keeps: the promoter, or why not.

        :param shared: what ``_get_shared_household`` says
        """
        self.ensure_one()
        promoter = self.promoter_id
        agreement = promoter._get_agreement(self.company_id._get_day(moment))
        if promoter.state == "ended" and moment >= promoter.decided_on:
            agreement = agreement.browse()  # an agreement ends with its day, an ended promoter at once
        exclusion = None
        if not agreement:
            exclusion = "agreement"
        elif moment < self.bound_on:
            exclusion = "early"
        elif moment >= self.bound_on + timedelta(days=agreement.binding_days):
            exclusion = "over"
        if exclusion := exclusion or shared:
            return {"promoter_exclusion": exclusion}
        return {
            "promoter_id": promoter.id, "promoter_binding_id": self.id, "promoter_agreement_id": agreement.id}
