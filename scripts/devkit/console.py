"""What the user sees, and how other programs are run."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import paths

_STARTED = time.monotonic()


class SetupError(Exception):
    """Something is missing or broken; the message says what to do about it."""


def say(text: str) -> None:
    """Print one line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {text}", flush=True)


def run(command: Sequence[str | Path], what: str, *, env: Mapping[str, str] | None = None,
        cwd: Path | None = None, log: str | None = None, **options) -> str:
    """Run a program to its end and return what it printed.

    :param what: the step, in words, for the message when it fails
    :param log: name of the log file that keeps the output; shown when the step fails
    """
    try:
        done = subprocess.run(
            [str(part) for part in command], env=env, cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            check=False, **options)
    except OSError as error:
        raise SetupError(f"{what} failed: {command[0]}: {error.strerror}") from error
    where = ""
    if log:
        path = log_file(log)
        path.write_text(done.stdout, encoding="utf-8")
        where = f"\nAll of it: {path}"
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise SetupError(f"{what} failed (exit {done.returncode}):\n{tail}{where}")
    return done.stdout


def log_file(name: str) -> Path:
    """Return the path of a log file in the cache, its folder made."""
    folder = paths.cache_dir() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def fail(error: SetupError) -> int:
    """Print an error for people and return the exit code."""
    print(f"\nSTOPPED: {error}", file=sys.stderr, flush=True)
    return 1


def clean_environ() -> dict[str, str]:
    """Return the environment without what would leak another Python or Odoo into ours."""
    unwanted = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "ODOO_RC", "OPENERP_SERVER", "PGDATABASE",
                "PYTHONDONTWRITEBYTECODE")
    environ = {key: value for key, value in os.environ.items() if key not in unwanted}
    environ["PYTHONUNBUFFERED"] = "1"
    return environ
