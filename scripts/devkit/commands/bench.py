"""``make bench``: the benchmarks of ``benchmarks/``, on a fresh database and a server that syncs to disk."""

import os
import subprocess

from .. import paths, templates, workspace
from ..console import SetupError


def run_bench(options) -> int:
    """Run ``python -m benchmarks --database NAME`` on a clone of the suite's database."""
    if not (paths.REPO / "benchmarks" / "__main__.py").is_file():
        raise SetupError("There are no benchmarks yet (benchmarks/__main__.py).")
    chosen = [argument for argument in options.bench_arguments if argument.isalpha()]
    with workspace.opened("run") as work:
        environ = dict(work.environ)
        if not chosen or "orders" in chosen:
            environ["GREEN_POINTS_BASE_DB"] = templates.BASE.ensure(work)
            environ["GREEN_POINTS_LOYALTY_DB"] = templates.LOYALTY.ensure(work)
        database = f"gp_scratch_{os.getpid()}"
        work.databases.drop_left_over("gp_scratch_")
        work.databases.create(database, templates.SUITE.ensure(work))
        try:
            return subprocess.call(
                [work.venv.python, "-m", "benchmarks", "--database", database, *options.bench_arguments],
                env=environ, cwd=paths.REPO)
        finally:
            work.databases.drop(database)
