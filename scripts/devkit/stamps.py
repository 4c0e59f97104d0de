"""Locks, fingerprints and stamps: how an interrupted step is told from a finished one.

A folder is built under another name, stamped when complete, and renamed; whatever has no stamp
is what an interrupted run left behind, and is built anew.
"""

import contextlib
import fcntl
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import paths
from .console import SetupError, say

STAMP = ".complete"
USED_LATER = {"__pycache__", "tests", "readme"}
SCRIPTS = {".js", ".scss"}


@contextlib.contextmanager
def exclusive(name: str, refusal: str = "") -> Iterator[None]:
    """Let one process at a time do the step ``name``; the lock dies with its process.

    :param refusal: stop with this message instead of waiting for the other process
    """
    folder = paths.cache_dir() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if refusal:
                raise SetupError(refusal) from None
            say(f"another command is busy with '{name}', waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint(*parts: str | bytes) -> str:
    """Return twelve hex digits that change when any of the parts changes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def tree_fingerprint(roots: Iterable[Path]) -> str:
    """Return the fingerprint of all files below the given folders that can change what Odoo installs.

    Tests, documents, scripts and styles can't: they are read when they are used.
    """
    parts: list[str | bytes] = []
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and not USED_LATER & {*path.relative_to(root).parts} and path.suffix not in SCRIPTS:
                parts += [str(path.relative_to(root.parent)), path.read_bytes()]
    return fingerprint(*parts)


def is_complete(folder: Path) -> bool:
    """Tell whether the folder was finished."""
    return (folder / STAMP).is_file()


@contextlib.contextmanager
def building(target: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes ``target`` if the block ends well."""
    draft = target.with_name(f"{target.name}.building")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    yield draft
    (draft / STAMP).touch()
    if target.exists():
        shutil.rmtree(target)
    draft.rename(target)


def require_space(folder: Path, gigabytes: float) -> None:
    """Stop early, with a clear message, if the disk has no room for the step."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise SetupError(
            f"{folder} has {free:.1f} GB free and this step needs {gigabytes:.1f} GB. Free some space, or set "
            f"GREEN_POINTS_CACHE to a folder on a larger disk, and call the same command again.")
