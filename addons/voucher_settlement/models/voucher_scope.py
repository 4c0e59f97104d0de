from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

from odoo.addons.merchant_alliance.models.scene import SCENES
from odoo.addons.merchant_alliance.tools.serialize import touch

from .voucher_kind import SPENDS_IN

SCENE_FIELDS = {code: f"in_{code}" for code, _label in SCENES}
TERMS = {*SCENE_FIELDS.values(), "company_id", "merchant_ids", "store_ids", "own_merchant_id"}
# Which of two scopes is narrower: stores before merchants before scenes, then how many of them.
STEP = 1_000_000
EVERYWHERE = 3 * STEP
NAMED = 3  # places that a short text names one by one


class VoucherScope(models.Model):
    """Where vouchers spend: in some scenes, and there at some merchants or stores, or at all.

    Never more than the kind allows (``SPENDS_IN``). A voucher without a scope spends wherever its kind does.
    """

    _name = "voucher.scope"
    _description = "Voucher Scope"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True, help="An archived scope is offered to no policy; its vouchers keep it.")
    in_own_mall = fields.Boolean(string="Own Mall", default=True)
    in_brand_mall = fields.Boolean(string="Brand Mall", default=True)
    in_alliance = fields.Boolean(string="Alliance", default=True)
    in_supermarket = fields.Boolean(string="Supermarket", default=True)
    merchant_ids = fields.Many2many(
        "alliance.merchant", "voucher_scope_merchant_rel", "scope_id", "merchant_id", string="Merchants",
        ondelete="restrict", check_company=True, context={"active_test": False}, help="Empty: every merchant.")
    store_ids = fields.Many2many(
        "alliance.store", "voucher_scope_store_rel", "scope_id", "store_id", string="Stores",
        ondelete="restrict", check_company=True, context={"active_test": False},
        help="Empty: every store of the merchants.")
    own_merchant_id = fields.Many2one(
        "alliance.merchant", string="Own-Store Vouchers of", readonly=True, copy=False, ondelete="restrict",
        help="Made for a merchant whose contract says that the shopping vouchers of its sales spend only there.")
    breadth = fields.Integer(
        compute="_compute_breadth", store=True,
        help="Orders scopes: the fewer places, the lower. Of vouchers that expire on the same day the narrower go"
             " first.")
    is_used = fields.Boolean(string="In Use", compute="_compute_is_used")
    where = fields.Char(string="Where It Spends", compute="_compute_where")

    _some_scene = models.Constraint(
        f"CHECK ({' OR '.join(SCENE_FIELDS.values())})", "Scenes: a voucher spends in at least one scene.")
    _own_merchant_uniq = models.UniqueIndex(
        "(own_merchant_id) WHERE own_merchant_id IS NOT NULL", "A merchant has one scope for own-store vouchers.")

    @api.depends("merchant_ids", "store_ids", *SCENE_FIELDS.values())
    def _compute_breadth(self):
        for scope in self:
            if scope.store_ids:
                scope.breadth = min(len(scope.store_ids), STEP - 1)
            elif scope.merchant_ids:
                scope.breadth = STEP + min(len(scope.merchant_ids), STEP - 1)
            else:
                scope.breadth = 2 * STEP + sum(scope[fname] for fname in SCENE_FIELDS.values())

    def _compute_is_used(self):
        used = self._filter_named()
        for scope in self:
            scope.is_used = scope in used

    @api.depends_context("lang")
    @api.depends("merchant_ids", "store_ids", *SCENE_FIELDS.values())
    def _compute_where(self):
        for scope in self:
            scope.where = scope.sudo()._get_where("deduction")  # sudo: names that shoppers are told, too

    @api.constrains("merchant_ids", "store_ids", *SCENE_FIELDS.values())
    def _check_terms(self):
        for scope in self:
            if not scope._get_scenes():
                raise ValidationError(self.env._("Scenes: a voucher spends in at least one scene."))
            outside = scope.store_ids.filtered(lambda store, scope=scope: (
                store.scene not in scope._get_scenes()
                or (scope.merchant_ids and store.merchant_id not in scope.merchant_ids)))
            if outside:
                raise ValidationError(self.env._(
                    "Stores: %s is outside the scenes or merchants of this scope.", outside[0].name))

    # -- terms stay ----------------------------------------------------------------------------

    def write(self, vals):
        if TERMS.intersection(vals) and (named := self._filter_named()):
            raise UserError(self.env._(
                "The scope %s is in use: where its vouchers spend cannot change. Make a copy and name that in a new"
                " version of the policy.", named[0].name))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if named := self._filter_named():
            raise UserError(self.env._("The scope %s is in use: archive it.", named[0].name))

    def _filter_named(self):
        """Return those that a policy that is or was in force, or a contract, gives vouchers under.

        No voucher can have been given under another one: a policy never goes back to being a draft once it
        has given something, and its terms are frozen. So nobody need look through all vouchers.
        """
        scopes = self._origin.sudo()  # sudo: the answer must not depend on what the user may read
        policies = scopes.env["green.points.policy"].search([
            ("state", "!=", "draft"), "|", ("deduction_scope_id", "in", scopes.ids),
            ("shopping_scope_id", "in", scopes.ids)])
        named = policies.deduction_scope_id | policies.shopping_scope_id | scopes.filtered("own_merchant_id")
        return self.filtered(lambda scope: scope._origin in named)

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", scope.name)} if "name" not in (default or {}) else vals
            for scope, vals in zip(self, super().copy_data(default), strict=True)]

    # -- where -----------------------------------------------------------------------------------

    def _get_scenes(self, kind=None):
        """Return the codes of the scenes in which vouchers (of ``kind``) spend; of an empty scope, the kind's."""
        codes = [code for code, fname in SCENE_FIELDS.items() if not self or self[fname]]
        return [code for code in codes if not kind or code in SPENDS_IN[kind]]

    def _get_stores_domain(self, kind):
        """Return the domain of the ``alliance.store`` at which vouchers of ``kind`` spend under this scope, or none."""
        domain = Domain("scene", "in", self._get_scenes(kind))
        if self.merchant_ids:
            domain &= Domain("merchant_id", "in", self.merchant_ids.ids)
        if self.store_ids:
            domain &= Domain("id", "in", self.store_ids.ids)
        return domain

    def _get_covered(self, stores):
        """Return which of these scopes reach which of ``stores``: set of (scope id, store id); one query."""
        if not self or not stores:
            return set()
        self.flush_model()
        stores.flush_model(["scene", "merchant_id"])
        in_scene = SQL(" OR ").join(
            SQL("t.scene = %s AND s.%s", code, SQL.identifier(fname)) for code, fname in SCENE_FIELDS.items())
        return set(self.env.execute_query(SQL(
            """SELECT s.id, t.id FROM voucher_scope s CROSS JOIN alliance_store t
                WHERE s.id IN %(scopes)s AND t.id IN %(stores)s AND (%(in_scene)s)
                  AND (NOT EXISTS (SELECT FROM voucher_scope_merchant_rel m WHERE m.scope_id = s.id)
                       OR EXISTS (SELECT FROM voucher_scope_merchant_rel m
                                   WHERE m.scope_id = s.id AND m.merchant_id = t.merchant_id))
                  AND (NOT EXISTS (SELECT FROM voucher_scope_store_rel o WHERE o.scope_id = s.id)
                       OR EXISTS (SELECT FROM voucher_scope_store_rel o
                                   WHERE o.scope_id = s.id AND o.store_id = t.id))""",
            scopes=tuple(self.ids), stores=tuple(stores.ids), in_scene=in_scene)))

    def _get_where(self, kind):
        """Return in a few words where vouchers of ``kind`` spend under this scope, or under none."""
        places = self.store_ids or self.merchant_ids
        codes = self._get_scenes(kind)
        everywhere = set(codes) == SPENDS_IN[kind]
        if not places and everywhere:
            return self.env._("in the malls") if kind == "shopping" else self.env._("at every store")
        scenes = format_list(self.env, [
            self._fields[SCENE_FIELDS[code]]._description_string(self.env) for code in codes])
        if not places:
            return self.env._("in: %s", scenes)
        names = places[:NAMED].mapped("name")
        if len(places) > NAMED:
            names.append(self.env._("%s more", len(places) - NAMED))
        if everywhere or self.store_ids or self.own_merchant_id:
            return self.env._("only at %s", format_list(self.env, names))
        return self.env._("only at %(names)s (%(scenes)s)", names=format_list(self.env, names), scenes=scenes)

    def _get_directory_url(self, kind):
        """Return the address of the list of stores at which vouchers of ``kind`` spend under this scope, or none."""
        return f"/alliance?vouchers=1&spends={kind}{f'-{self.id}' if self else ''}"

    # -- own-store vouchers ----------------------------------------------------------------------

    @api.model
    def _get_own(self, merchants):
        """Return ``{merchant: scope}`` of own-store vouchers (sudo), made where there is none yet."""
        scopes = self.sudo().with_context(active_test=False)  # sudo: whoever's sale gives the voucher
        known = scopes.search([("own_merchant_id", "in", merchants.ids)])
        if missing := merchants - known.own_merchant_id:
            touch(missing)  # of two at once, the later one is retried and finds what the earlier one made
            known |= scopes.create([scopes._prepare_own_vals(merchant) for merchant in missing.sudo()])
        return known.grouped("own_merchant_id")

    def _prepare_own_vals(self, merchant):
        return {
            "name": self.env._("Own vouchers of %s", merchant.name),
            "company_id": merchant.company_id.id,
            "merchant_ids": [fields.Command.set(merchant.ids)],
            "own_merchant_id": merchant.id,
            **{fname: code in SPENDS_IN["shopping"] for code, fname in SCENE_FIELDS.items()},
        }
