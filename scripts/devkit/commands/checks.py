"""``make lint``: the checkers of .pre-commit-config.yaml, from an environment of their own."""

import os
import subprocess

from .. import paths, virtualenv
from ..console import clean_environ


def lint(_options) -> int:
    """Run every hook over the files git knows."""
    venv = virtualenv.obtain("lint")
    environ = clean_environ()
    environ["PATH"] = f"{venv.bin}{os.pathsep}{environ['PATH']}"
    environ["PRE_COMMIT_HOME"] = str(paths.cache_dir() / "pre-commit")
    return subprocess.call([venv.bin / "pre-commit", "run", "--all-files", "--color=never"],
                           env=environ, cwd=paths.REPO)
