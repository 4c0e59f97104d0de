"""How the tests are spread over several processes: who keeps others out, who begins, whose files are whose."""

import functools
import os
from unittest.mock import Mock

from xdist.scheduler import LoadScopeScheduling

# Browsers, crowds of processes and servers take turns in one process: together they would starve each other.
ONE_AFTER_ANOTHER = (
    "tests/browser/", "tests/concurrency/", "tests/crash/", "tests/upstream/", "tests/tooling/",
    "tests/scenarios/test_scan_both_sides.py", "addons/voucher_settlement/tests/test_tours.py")
PAGE_SECONDS = 60  # Odoo's tests give a page 12; two cores that run two tests and a browser may need more
LONGEST = ("tests/browser/", "tests/property/")


class Scheduler(LoadScopeScheduling):
    """Gives whole classes (or modules of plain functions) to a process, and all that take turns to one."""

    def _split_scope(self, nodeid):
        if nodeid.startswith(ONE_AFTER_ANOTHER):
            return "one after another"
        return super()._split_scope(nodeid)


def begin_with_the_longest(items):
    """Sort tests so that no process is left alone with a long one at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def give_each_database_its_files(config):
    """Undo that pytest-odoo, in one of several processes, leads every database to the same file store.

    The process's own database is a clone made without its files, so it shares those of the original.
    """
    shared = config.filestore
    if isinstance(shared, Mock):
        own, folder = config["db_name"], shared.return_value
        shared.side_effect = lambda name: (
            folder if name in own else os.path.join(config["data_dir"], "filestore", name))


def wait_for_pages(case):
    """Give pages that a test opens the time that a busy machine needs.

    :param case: ``HttpCase``
    """
    case.url_open = functools.partialmethod(case.url_open, timeout=PAGE_SECONDS)
