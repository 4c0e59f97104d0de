"""The world that the other security tests look at is whole."""

from tests.support.world import PlatformCase


class TestWorld(PlatformCase):
    def test_every_model_has_a_record(self):
        empty = [name for name, records in self._get_populated().items() if not records]
        self.assertFalse(empty, "give the world in tests/support/world.py one of each")
