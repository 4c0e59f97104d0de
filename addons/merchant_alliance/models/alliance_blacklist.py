from odoo import api, fields, models
from odoo.fields import Domain

# What of an application is compared: its field, and how people call it.
KINDS = [
    ("uscc", "Unified Social Credit Code"),
    ("legal_name", "Legal Name"),
    ("contact_email", "E-mail"),
    ("contact_phone", "Phone"),
    ("bank_account", "Bank Account"),
]


class AllianceBlacklist(models.Model):
    """Somebody the platform does not work with: applications that match cannot be approved."""

    _name = "alliance.blacklist"
    _description = "Merchant Blacklist"
    _order = "kind, value, id"
    _rec_name = "value"

    kind = fields.Selection(KINDS, required=True, default="uscc")
    value = fields.Char(required=True, help="Compared without spaces, dashes and upper or lower case.")
    reason = fields.Text(required=True, help="Why; only staff sees it.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: for every company.")

    _value_uniq = models.Constraint("UNIQUE (kind, value)", "This is on the blacklist already, maybe archived.")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([
            {**vals, "value": self._normalize(vals.get("kind", "uscc"), vals.get("value"))} for vals in vals_list])

    def write(self, vals):
        if not {"kind", "value"} & set(vals):
            return super().write(vals)
        for entry in self:
            kind = vals.get("kind", entry.kind)
            super(AllianceBlacklist, entry).write(
                {**vals, "value": self._normalize(kind, vals.get("value", entry.value))})
        return True

    def _normalize(self, kind, value):
        """Return ``value`` as applications keep it."""
        return self.env["alliance.application"]._normalize({kind: value})[kind]

    @api.model
    def _get_matches(self, applications):
        """Return ``{application: entries}`` of those that match, in one search."""
        terms = [
            Domain("kind", "=", kind) & Domain("value", "in", values)
            for kind, _label in KINDS if (values := [value for value in applications.mapped(kind) if value])]
        if not terms:
            return {}
        found = self.search(Domain.OR(terms)).grouped(lambda entry: (entry.kind, entry.value))
        return {
            application: matches for application in applications
            if (matches := self.union(*(
                found.get((kind, application[kind]), self) for kind, _label in KINDS)).filtered(
                    lambda entry, a=application: entry.company_id in (a.company_id, entry.company_id.browse())))}
