"""``make bench``: the benchmarks of ``benchmarks/``, on a fresh database and a server that syncs to disk."""

import os
import subprocess

from .. import paths, templates, workspace
from ..console import SetupError


def run_bench(options) -> int:
    """Run ``python -m benchmarks --database NAME`` on a clone of the suite's database."""
    if not (paths.REPO / "benchmarks" / "__main__.py").is_file():
        raise SetupError("There are no benchmarks yet (benchmarks/__main__.py).")
    with workspace.opened("run") as work:
        database = f"gp_scratch_{os.getpid()}"
        work.databases.drop_left_over("gp_scratch_")
        work.databases.create(database, templates.SUITE.ensure(work))
        try:
            return subprocess.call(
                [work.venv.python, "-m", "benchmarks", "--database", database, *options.bench_arguments],
                env=work.environ, cwd=paths.REPO)
        finally:
            work.databases.drop(database)
