"""Settings shared by every test of the repository, in the addons and in ``tests``."""

import os
import shutil
import types

import pytest
from hypothesis import HealthCheck, settings

from tests.support import spreading

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
BROWSER_CALLS = {"start_tour", "browser_js", "start_pos_tour", "start_pdis_tour", "ChromeBrowser"}

_slow = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("normal", max_examples=50, derandomize=True, **_slow)
settings.register_profile("deep", max_examples=2000, **_slow)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tell how tests are spread when there are several processes (``-n``)."""
    return spreading.Scheduler(config, log)


@pytest.fixture(scope="session", autouse=True)
def spread(load_registry):
    """Let tests run beside each other: files of their own for each database, patience, no needless asking."""
    from odoo.tests import HttpCase
    from odoo.tools import config

    spreading.wait_for_pages(HttpCase)
    spreading.ask_for_no_databases(config)
    with spreading.own_files(config):
        yield


def pytest_collection_modifyitems(config, items):
    """Mark the tests that start a browser, and skip them where there is none."""
    spreading.begin_with_the_longest(items)
    has_browser = any(shutil.which(name) for name in BROWSERS)
    missing = pytest.mark.skip(reason="no browser on this machine (as root: apt-get install chromium)")
    for item in items:
        if _starts_browser(item):
            item.add_marker("browser")
        if not has_browser and item.get_closest_marker("browser"):
            item.add_marker(missing)


def _starts_browser(item) -> bool:
    """Tell whether a test of an Odoo ``HttpCase`` calls, itself or through helpers, for a browser."""
    from odoo.tests import HttpCase

    cls = getattr(item, "cls", None)
    if not (cls and issubclass(cls, HttpCase)):
        return False
    seen, waiting = set(), [item.function, getattr(cls, "setUp", None)]
    while waiting:
        function = waiting.pop()
        code = getattr(function, "__code__", None)
        if code is None or code in seen:
            continue
        seen.add(code)
        names = _called_names(code)
        if names & BROWSER_CALLS:
            return True
        waiting += [getattr(cls, name) for name in names
                    if isinstance(getattr(cls, name, None), types.FunctionType) and not hasattr(HttpCase, name)]
    return False


def _called_names(code: types.CodeType) -> set[str]:
    """Return the names used by a function and by the functions inside it."""
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return set(code.co_names).union(*map(_called_names, inner))
