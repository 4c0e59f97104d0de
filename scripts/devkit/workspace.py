"""Everything a command needs, together: Odoo, Python packages, a server and its databases."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import odoo_source, paths, postgres, virtualenv
from .console import clean_environ, run
from .databases import Databases
from .odoo_source import OdooTree
from .virtualenv import Virtualenv

PROBLEM_LEVELS = (" ERROR ", " CRITICAL ")


@dataclass(frozen=True)
class Workspace:
    """A set-up place to work in, while its PostgreSQL runs."""

    purpose: str
    odoo: OdooTree
    venv: Virtualenv
    environ: dict[str, str]
    databases: Databases

    @property
    def data_dir(self) -> Path:
        """Return the folder of file stores and sessions."""
        return self.databases.data_dir

    def odoo_options(self, database: str) -> list[str]:
        """Return the options that point any Odoo command at our addons and a database."""
        return ["-d", database, f"--addons-path={paths.ADDONS}", f"--data-dir={self.data_dir}"]

    def odoo_command(self, *arguments: str) -> list[str]:
        """Return the command line that starts Odoo."""
        return [str(self.venv.python), "-m", "odoo", *arguments]

    def install(self, database: str, modules: list[str], *, languages: str = "", update: bool = False) -> None:
        """Install or update modules in a database; a logged error fails the step."""
        options = ["--stop-after-init", "--no-http", "--max-cron-threads=0", "--log-level=warn",
                   "-u" if update else "-i", ",".join(modules)]
        if languages:
            options.append(f"--load-language={languages}")
        output = run(self.odoo_command("server", *self.odoo_options(database), *options),
                     f"{'Updating' if update else 'Installing'} {', '.join(modules)}",
                     env=self.environ, cwd=paths.REPO, log=f"install-{database}")
        for line in output.splitlines():
            if any(level in line for level in PROBLEM_LEVELS):
                print(f"    {line[:300]}", flush=True)

    def run_inside(self, script: str, what: str, *arguments: str, log: str | None = None) -> str:
        """Run a script of ``scripts/inside`` with our interpreter and return what it printed."""
        return run([self.venv.python, paths.REPO / "scripts" / "inside" / script, *arguments], what,
                   env=self.environ, cwd=paths.REPO, log=log)


@contextlib.contextmanager
def opened(purpose: str) -> Iterator[Workspace]:
    """Set up what the purpose (``run`` or ``test``) needs and keep PostgreSQL running meanwhile."""
    tree = odoo_source.obtain()
    venv = virtualenv.obtain(purpose)
    server = postgres.choose(purpose, venv.postgres_bin)
    with server.running():
        data_dir = paths.cache_dir() / "data" / purpose
        data_dir.mkdir(parents=True, exist_ok=True)
        variables = clean_environ() | server.environ()
        variables["PATH"] = f"{venv.bin}{os.pathsep}{variables['PATH']}"
        variables["PYTHONPATH"] = os.pathsep.join([str(tree.python_path), str(paths.REPO)])
        variables["GREEN_POINTS_WORKSPACE"] = json.dumps({
            "odoo": str(tree.python_path), "core_addons": str(tree.core_addons), "addons": str(paths.ADDONS),
            "data_dir": str(data_dir), "python": str(venv.python)})
        yield Workspace(purpose, tree, venv, variables, Databases(venv.postgres_bin, variables, data_dir))


def remove_cache() -> list[Path]:
    """Remove everything built here but the unpacked Odoo, and return what was removed."""
    removed = []
    for name in ("envs", "postgres", "data", "logs", "apt", "pre-commit", "locks"):
        folder = paths.cache_dir() / name
        if folder.exists():
            shutil.rmtree(folder)
            removed.append(folder)
    return removed
