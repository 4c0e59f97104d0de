"""The commands of ``scripts/gp``."""

import argparse
import os
import signal

from . import system_packages, workspace
from .commands import bench, checks, i18n, interactive, run, testing
from .console import SetupError, fail, say
from .databases import check_name


def main() -> int:
    """Parse the command line, do what it says, return the exit code."""
    os.umask(0o022)
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGHUP, _terminated)
    options = _parser().parse_args()
    try:
        return options.action(options) or 0
    except SetupError as error:
        return fail(error)
    except KeyboardInterrupt:
        return 130


def _terminated(number: int, _frame) -> None:
    raise KeyboardInterrupt(signal.Signals(number).name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/gp", description="Sets up, runs and tests the suite.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name, action, text):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(action=action)
        return command

    def add_database(command):
        command.add_argument("--db", type=check_name, default=os.environ.get("DB") or run.DATABASE,
                             help="database (default: %(default)s)")

    command = add("run", run.serve, "start the suite with its demo life on 127.0.0.1")
    add_database(command)
    command.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8069))
    command.add_argument("--lang", choices=("en_US", "zh_CN"), default=os.environ.get("LANG_CODE") or "en_US")
    command.add_argument("--no-demo", dest="demo", action="store_false",
                         default=os.environ.get("DEMO", "1") not in ("0", "no", "false"))
    add_database(add("reset", run.reset, "drop the database, so that the next run makes it anew"))
    add_database(add("shell", interactive.shell, "open an Odoo shell on the database"))
    add_database(add("psql", interactive.psql, "open psql on the database"))

    command = add("test", testing.run_tests, "run the tests; what follows -- goes to pytest")
    command.add_argument("--fast", action="store_true", help="leave the browser out")
    command.add_argument("--deep", action="store_true", help="many more examples in the property tests")
    command.add_argument("pytest_arguments", nargs="*")
    add("lint", checks.lint, "run every checker over the committed files")
    add("i18n", i18n.update, "export the .pot files and bring the zh_CN .po files up to date")
    command = add("bench", bench.run_bench, "run the benchmarks; what follows -- goes to them")
    command.add_argument("bench_arguments", nargs="*")
    add("setup", _setup, "fetch and build what run and test need, and stop")
    add("clean", _clean, "remove every environment, database and log made here (not the unpacked Odoo)")
    return parser


def _setup(_options) -> None:
    system_packages.install_for_run()
    system_packages.install_for_tests()
    for purpose in ("run", "test"):
        with workspace.opened(purpose):
            say(f"ready: {purpose}")


def _clean(_options) -> None:
    for folder in workspace.remove_cache():
        say(f"removed {folder}")
