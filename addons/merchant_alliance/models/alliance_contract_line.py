from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .scene import SCENES

RATE_MIN = 3
RATE_MAX = 20


class AllianceContractLine(models.Model):
    """One concession rate of a contract, for a scene, a store and a category of goods, or for all."""

    _name = "alliance.contract.line"
    _description = "Concession Rate"
    _order = "sequence, id"

    contract_id = fields.Many2one(
        "alliance.contract", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    scene = fields.Selection(SCENES, help="Empty: every scene.")
    store_id = fields.Many2one(
        "alliance.store", ondelete="restrict",
        help="Empty: every store. The rate of a store goes before that of a category, that before a scene's.")
    categ_id = fields.Many2one(
        "product.category", string="Product Category", ondelete="restrict",
        help="Empty: all goods. Holds for its sub-categories, too; the nearest category goes first.")
    rate = fields.Float(
        string="Concession (%)", digits=(5, 2), required=True, default=10.0,
        help="Percent of the cash paid, 3 to 20.")

    _rate_in_bounds = models.Constraint(
        f"CHECK (rate >= {RATE_MIN} AND rate <= {RATE_MAX})",
        "A concession is between 3 % and 20 % of the cash paid.")

    @api.model
    def _get_in_force(self, merchant, day):
        """Return the rates of the merchant's contract in force on ``day`` (company time zone); may be empty."""
        # one query, on the path of every sale
        in_force = self.env["alliance.contract"]._get_in_force_sql("contract", merchant, day)
        return self.search_fetch(Domain.custom(to_sql=lambda _model, alias, _query: SQL(
            "%s IN (SELECT contract.id FROM alliance_contract AS contract WHERE %s)",
            SQL.identifier(alias, "contract_id"), in_force)), ["store_id", "scene", "categ_id", "sequence", "rate"])

    def _choose(self, store, category=None):
        """Return which of these rates holds for goods of a category sold in ``store``; may be empty.

        The store's before the rest, then the nearest category's, then the scene's.

        :param category: ``product.category``; None or empty: goods of no category
        """
        nearest = [int(number) for number in (category.parent_path if category else "").split("/") if number][::-1]
        fitting = self.filtered(
            lambda line: line.store_id in (store, line.store_id.browse()) and line.scene in (store.scene, False)
            and (not line.categ_id or line.categ_id.id in nearest))
        return fitting.sorted(lambda line: (
            not line.store_id, nearest.index(line.categ_id.id) if line.categ_id else len(nearest),
            not line.scene, line.sequence, line.id))[:1]

    def _check_rate(self, rate):
        """Raise ValidationError unless ``rate`` (percent) is allowed; the database checks it again."""
        if not RATE_MIN <= rate <= RATE_MAX:
            raise ValidationError(self.env._(
                "Concession: %(rate)s %% is not allowed; it must be between %(low)s %% and %(high)s %%.",
                rate=rate, low=RATE_MIN, high=RATE_MAX))

    @api.constrains("store_id", "contract_id")
    def _check_store(self):
        for line in self:
            if line.store_id and line.store_id.merchant_id != line.contract_id.merchant_id:
                raise ValidationError(self.env._(
                    "Store: %s is not a store of the contract's merchant.", line.store_id.name))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_rate(vals.get("rate", RATE_MIN))
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self.check_access("write")
        self._check_draft()
        self._check_rate(vals.get("rate", RATE_MIN))
        result = super().write(vals)
        self._check_draft()  # of the contract it may have moved to
        return result

    def unlink(self):
        self.check_access("unlink")
        self._check_draft()
        return super().unlink()

    def _check_draft(self):
        if any(line.contract_id.state != "draft" for line in self):
            raise UserError(self.env._(
                "The rates of a contract that was sent or signed cannot be changed. "
                "Take it back to draft, or amend it."))
