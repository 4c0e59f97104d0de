"""What the holders of each cohort hold together, known at any moment without reading their positions."""

from odoo.addons.merchant_alliance.tools.tally import Tally

POSITION_TALLY = Tally(
    "green_points_tally", {"cohort_id": "integer", "holder_kind": "varchar"},
    {"green_points_position": "SELECT cohort_id, holder_kind, base AS amount FROM {rows}"})
