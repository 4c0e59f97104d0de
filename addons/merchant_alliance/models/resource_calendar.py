from odoo import api, models, tools
from odoo.tools import SQL


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    _tz_idx = models.Index("(tz)")

    @api.model
    @tools.ormcache(cache="stable")
    def _get_used_zones(self):
        """Return the time zones that calendars have; there are few."""
        self.flush_model(["tz"])
        return tuple(zone for zone, in self.env.execute_query(SQL(
            "SELECT DISTINCT tz FROM resource_calendar WHERE tz IS NOT NULL ORDER BY tz")))

    @api.model_create_multi
    def create(self, vals_list):
        calendars = super().create(vals_list)
        if set(calendars.mapped("tz")) - set(self._get_used_zones()):
            self.env.registry.clear_cache("stable")
        return calendars

    def write(self, vals):
        result = super().write(vals)
        if vals.get("tz") and vals["tz"] not in self._get_used_zones():
            self.env.registry.clear_cache("stable")
        return result
