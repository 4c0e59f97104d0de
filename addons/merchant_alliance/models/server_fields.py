from odoo import api, models


class AllianceServerFields(models.AbstractModel):
    """A model with fields that the server alone sets: no default that a caller chooses reaches them.

    For fields that ``create`` is given no value of, Odoo asks the context (``default_…``, which whoever calls may
    send) and the defaults that users keep for themselves, before the field's own. What ``create`` is given, the model's
    own guards look at.
    """

    _name = "alliance.server.fields"
    _description = "Model with Fields That the Server Sets"

    def _get_server_fields(self):
        """Return the names of the fields that the server alone sets: all, where a model does not say which."""
        return set(self._fields)

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        chosen = {key.removeprefix("default_") for key in self.env.context if key.startswith("default_")}
        chosen |= self.env["ir.default"]._get_model_defaults(self._name).keys()
        for name in chosen & defaults.keys() & self._get_server_fields():
            del defaults[name]
            if default := self._fields[name].default:
                defaults |= self._convert_to_write({name: default(self)})
        return defaults
