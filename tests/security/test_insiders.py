"""What those may who work with the platform: the table of rights, and each screen that their menus show."""

from tests.security.rights import Rights
from tests.security.screens import Screens
from tests.support.world import PlatformCase


class TestInsiders(Rights, Screens, PlatformCase):
    """Both on one world, which takes long to build."""

    def test_every_model_has_a_record(self):
        empty = [name for name, records in self._get_populated().items() if not records]
        self.assertFalse(empty, "give the world in tests/support/world.py one of each")
