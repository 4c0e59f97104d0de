"""``make test``: every test through pytest, on a clone of a template database."""

import os
import subprocess

from .. import paths, system_packages, templates, workspace
from ..console import say

UNDER_TEST = "gp_test_"
SCRATCH = "gp_scratch_"
WITHOUT_SUITE = ("tests/upstream", "tests/tooling/test_benchmarks.py")
MOST_PROCESSES = 4  # what takes turns (tests/support/spreading.py) is about a third of the work


def run_tests(options) -> int:
    """Run the tests and return pytest's exit code."""
    if not options.fast:
        system_packages.install_for_tests()
    with workspace.opened("test") as work:
        for prefix in (UNDER_TEST, SCRATCH):
            work.databases.drop_left_over(prefix)
        suite = templates.SUITE.ensure(work)
        environ = work.environ | {"GREEN_POINTS_SUITE_DB": suite}
        if _runs_without_suite(options):
            environ["GREEN_POINTS_BASE_DB"] = templates.BASE.ensure(work)
            environ["GREEN_POINTS_LOYALTY_DB"] = templates.LOYALTY.ensure(work)
            environ["GREEN_POINTS_LOYALTY_SUITE_DB"] = templates.LOYALTY_SUITE.ensure(work)
        if options.deep:
            environ["HYPOTHESIS_PROFILE"] = "deep"
        database = f"{UNDER_TEST}{os.getpid()}"
        work.databases.create(database, suite)
        say("running the tests")
        try:
            return subprocess.call(pytest_command(work, database, options), env=environ, cwd=paths.REPO)
        finally:
            work.databases.drop(database)


def _runs_without_suite(options) -> bool:
    """Tell whether what needs databases without the suite (vanilla, loyalty) is among the tests asked for."""
    named = _names_tests(options)
    return not options.fast and (not named or any(
        place.startswith(path) or path.startswith(place) for path in named for place in WITHOUT_SUITE))


def _names_tests(options) -> list[str]:
    """Return the files and folders that pytest was asked for; none means every test."""
    # not Path.exists(): it raises where an expression is too long for a name
    return [argument.split("::")[0].strip("/") for argument in options.pytest_arguments
            if os.path.exists(paths.REPO / argument.split("::")[0])]


def pytest_command(work, database: str, options) -> list[str]:
    """Return the command line of pytest for a database."""
    command = [str(work.venv.python), "-m", "pytest", "--odoo-http", f"--odoo-database={database}",
               f"--odoo-config={paths.CONFIG / 'odoo.test.conf'}", f"--odoo-addons-path={paths.ADDONS}",
               "--odoo-extra", f"data-dir={work.data_dir}", "--odoo-extra", f"db-filter=^{database}$"]
    if options.fast:
        command += ["-m", "not browser and not upstream"]
    if not _names_tests(options):
        # a line for each test: dots of several processes would not tell what is under way
        command += ["-n", str(min(os.cpu_count() or 1, MOST_PROCESSES)), "--no-loadscope-reorder", "-v",
                    "--durations=30"]
    return command + options.pytest_arguments
