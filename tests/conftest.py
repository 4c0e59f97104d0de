"""Fixtures for tests that need real commits, several processes or a server of their own."""

import pytest

from tests.support.databases import ScratchDatabase, clone_suite


@pytest.fixture
def scratch_db() -> ScratchDatabase:
    """Give a fresh clone of the suite's database, dropped afterwards."""
    with clone_suite() as database:
        yield database


@pytest.fixture(scope="module")
def module_scratch_db() -> ScratchDatabase:
    """Give one fresh clone of the suite's database to all tests of a module."""
    with clone_suite() as database:
        yield database
