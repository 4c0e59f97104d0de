"""The web's doors to what belongs to another: pages, reports, files, searches, messages, links with a token.

Each door × each outsider × the records of each model of ours that are not his. What the bus tells is tried where it is
sent (addons/merchant_alliance/tests/test_scan_bus.py).
"""

from tests.security.doors.bodies import Bodies
from tests.security.doors.case import DoorCase
from tests.security.doors.files import Files
from tests.security.doors.messages import Messages
from tests.security.doors.pages import Pages
from tests.security.doors.reports import Reports
from tests.security.doors.searches import Searches
from tests.security.doors.tokens import Tokens


class TestDoors(Pages, Bodies, Reports, Messages, Files, Searches, Tokens, DoorCase):
    """All of them on one world, which takes long to build."""
