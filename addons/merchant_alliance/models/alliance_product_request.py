from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What a brand may say of its product: field of the request -> field of the product.
CONTENT = {
    "name": "name", "description": "description_sale", "price": "list_price", "image_1920": "image_1920",
    "public_categ_id": "public_categ_ids", "default_code": "default_code"}


class AllianceProductRequest(models.Model):
    """A brand's new product, or new content and price of a listed one, that waits for the platform's approval."""

    _name = "alliance.product.request"
    _description = "Product Request"
    _inherit = ["mail.thread", "mail.activity.mixin", "image.mixin"]
    _order = "id desc"

    name = fields.Char(required=True)
    store_id = fields.Many2one(
        "alliance.store", required=True, readonly=True, index=True, ondelete="restrict",
        domain="[('scene', '=', 'brand_mall')]")
    merchant_id = fields.Many2one(related="store_id.merchant_id", store=True, index=True)
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_tmpl_id = fields.Many2one(
        "product.template", string="Listed Product", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Empty: a new product.")
    description = fields.Text(help="What shoppers read under the product.")
    price = fields.Monetary(required=True, help="What a shopper pays, taxes included.")
    public_categ_id = fields.Many2one("product.public.category", string="Category", ondelete="set null")
    default_code = fields.Char(string="Article Number")
    lang = fields.Char(readonly=True, default=lambda self: self.env.lang, help="Language of name and description.")
    state = fields.Selection(
        [("submitted", "To Approve"), ("approved", "Approved"), ("refused", "Refused"), ("withdrawn", "Withdrawn")],
        required=True, readonly=True, default="submitted", index=True, tracking=True)
    reason = fields.Text(help="Why it was refused; the brand reads it.")
    changes = fields.Html(compute="_compute_changes", sanitize=False)

    _price_positive = models.Constraint("CHECK (price > 0)", "Price: must be above zero.")
    _one_open = models.UniqueIndex(
        "(product_tmpl_id) WHERE state = 'submitted' AND product_tmpl_id IS NOT NULL",
        "Changes of this product wait for approval already.")

    @api.constrains("store_id", "product_tmpl_id")
    def _check_store(self):
        for record in self:
            if record.store_id.scene != "brand_mall":
                raise ValidationError(self.env._("Store: %s is not a store of the brand mall.", record.store_id.name))
            if record.product_tmpl_id and record.product_tmpl_id.brand_store_id != record.store_id:
                raise ValidationError(self.env._(
                    "Listed Product: %s is not sold by this store.", record.product_tmpl_id.display_name))

    @api.depends("name", "description", "price", "public_categ_id", "default_code", "product_tmpl_id", "state")
    def _compute_changes(self):
        for record in self:
            rows = Markup("").join(
                Markup("<tr><th>%s</th><td class='text-muted'>%s</td><td>→ <b>%s</b></td></tr>") % row
                for row in record._get_changes())
            record.changes = rows and Markup("<table class='table table-sm'>%s</table>") % rows

    def _get_changes(self):
        """Return ``[(field's label, old, new)]`` of what approval would change."""
        self.ensure_one()
        # sudo: operators need not have rights on products
        product = self.sudo().product_tmpl_id.with_context(lang=self.lang)
        rows = []
        for name, target in CONTENT.items():
            if name == "image_1920":
                continue
            old, new = product[target] if product else "", self[name]
            if name == "public_categ_id":
                old, new = (old[:1].display_name if old else ""), new.display_name
            if (old or "") != (new or ""):
                rows.append((self._fields[name]._description_string(self.env), old or "", new or ""))
        if self.image_1920 and self.image_1920 != (product.image_1920 if product else False):
            rows.append((self.env._("Picture"), "", self.env._("new")))
        return rows

    # -- steps -----------------------------------------------------------------------------------

    def action_approve(self):
        """List these products, or change them, all or none.

        :raise UserError: not waiting any more, or the merchant is not active
        """
        self.check_access("write")
        for record in self:
            record._check_waiting()
            if record.merchant_id.state != "active":
                raise UserError(self.env._("%s is not active: nothing of it can be listed.", record.merchant_id.name))
            record._apply()
        self.sudo().write({"state": "approved"})  # sudo: the state is set by steps only

    def action_refuse(self):
        """Refuse these requests; each one's reason is what its brand reads."""
        self.check_access("write")
        for record in self:
            record._check_waiting()
            if not (record.reason or "").strip():
                raise UserError(self.env._("Reason: please tell the brand why %s is refused.", record.name))
        self.sudo().write({"state": "refused"})  # sudo: see action_approve

    def _withdraw(self):
        """The brand takes its request back; the caller checked whose it is."""
        self._check_waiting()
        self.sudo().write({"state": "withdrawn"})  # sudo: brands have no rights on requests

    def _check_waiting(self):
        for record in self:
            if record.state != "submitted":
                raise UserError(self.env._("%s does not wait for approval any more.", record.name))

    def _apply(self):
        """Make the product, or give the listed one its new content."""
        self.ensure_one()
        # sudo: operators need not have rights on products; this is the only way a brand's content gets there
        products = self.sudo().env["product.template"].with_context(lang=self.lang)
        if self.product_tmpl_id:
            products.browse(self.product_tmpl_id.id).write(self._prepare_content_vals())
        else:
            self.sudo().product_tmpl_id = products.create({
                **self._prepare_content_vals(), "brand_store_id": self.store_id.id, "type": "consu",
                "is_storable": True, "allow_out_of_stock_order": False, "sale_ok": True, "purchase_ok": False,
                "available_in_pos": False, "is_published": True, "company_id": self.company_id.id,
                # the brand invoices, and its taxes are in its price
                "taxes_id": [(5,)], "supplier_taxes_id": [(5,)], "invoice_policy": "order"})

    def _prepare_content_vals(self):
        vals = {target: self[name] for name, target in CONTENT.items() if name != "public_categ_id"}
        vals["public_categ_ids"] = [(6, 0, self.public_categ_id.ids)]
        if not self.image_1920:
            vals.pop("image_1920")  # no new picture: the old one stays
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        waiting = self.search([  # also writes down what was decided before
            ("product_tmpl_id", "in", [vals["product_tmpl_id"] for vals in vals_list if vals.get("product_tmpl_id")]),
            ("state", "=", "submitted")], limit=1)
        if waiting:
            raise ValidationError(self.env._(
                "Changes of %s wait for approval already: take them back first.", waiting.product_tmpl_id.name))
        requests = super().create([{**vals, "state": "submitted"} for vals in vals_list])
        requests._ask_for_approval()
        return requests

    def _ask_for_approval(self):
        for record in self:
            if reviewer := record.company_id.alliance_reviewer_id:
                record.sudo().activity_schedule(  # sudo: the brand has no rights on activities
                    "mail.mail_activity_data_todo", user_id=reviewer.id, summary=self.env._("Approve %s", record.name))

    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("The state of a request is set by its buttons."))
        if not self.env.su and any(record.state != "submitted" for record in self):
            raise UserError(self.env._("What was decided is not changed any more."))
        return super().write(vals)
