from odoo import models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    # who is open now: few at night, so that looking for them starts here
    _hours_idx = models.Index("(dayofweek, hour_from, hour_to, calendar_id)")
