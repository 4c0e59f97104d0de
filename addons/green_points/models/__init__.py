from . import green_points_policy
from . import green_points_cohort
from . import green_points_entry
from . import green_points_position
from . import alliance_qualified_sale
