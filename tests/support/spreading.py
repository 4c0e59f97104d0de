"""How the tests are spread over several processes: who keeps others out, who begins, whose files are whose."""

import contextlib
import functools
import os
import shutil
from unittest.mock import Mock

from xdist.scheduler import LoadScopeScheduling

# Browsers, crowds of processes and servers take turns in one process: together they would starve each other.
ONE_AFTER_ANOTHER = (
    "tests/browser/", "tests/concurrency/", "tests/crash/", "tests/upstream/", "tests/tooling/",
    "tests/scenarios/test_scan_both_sides.py", "addons/voucher_settlement/tests/test_tours.py")
PAGE_SECONDS = 60  # Odoo's tests give a page 12; two cores that run two tests and a browser may need more
LONGEST = ("tests/browser/", "tests/property/", "tests/security/", "tests/scenarios/test_sixty_periods.py")


class Scheduler(LoadScopeScheduling):
    """Gives whole classes (or modules of plain functions) to a process, and all that take turns to one."""

    def _split_scope(self, nodeid):
        if nodeid.startswith(ONE_AFTER_ANOTHER):
            return "one after another"
        return super()._split_scope(nodeid)


def begin_with_the_longest(items):
    """Sort tests so that no process is left alone with a long one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@contextlib.contextmanager
def own_files(config):
    """Give each database files of its own during the block, in one of several processes too.

    pytest-odoo leads all of them to the files of the database that they were cloned from: what one throws away is
    gone for the others.
    """
    shared = config.filestore
    if not isinstance(shared, Mock):
        yield
        return
    folder = os.path.join(config["data_dir"], "filestore")
    [own] = config["db_name"]
    if os.path.isdir(shared.return_value):
        shutil.copytree(shared.return_value, os.path.join(folder, own), copy_function=os.link, dirs_exist_ok=True)
    shared.side_effect = lambda name: os.path.join(folder, name)
    yield
    shutil.rmtree(os.path.join(folder, own), ignore_errors=True)


def ask_for_no_databases(config):
    """Let the server know its database by its name alone, as it does without a filter.

    With one, each call without a session asks PostgreSQL for all databases, over a connection of its own.
    """
    config["dbfilter"] = ""


def wait_for_pages(case):
    """Give pages that a test opens the time that a busy machine needs.

    :param case: ``HttpCase``
    """
    case.url_open = functools.partialmethod(case.url_open, timeout=PAGE_SECONDS)
