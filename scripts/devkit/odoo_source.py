"""Obtains Odoo 19: an existing checkout, the cached copy, Debian's package, or the upstream repository."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import debian, paths
from .console import SetupError, run, say
from .stamps import building, exclusive, is_complete, require_space

UPSTREAM = "https://github.com/odoo/odoo"
BRANCH = "19.0"
IMPORT_ROOTS = (".", "usr/lib/python3/dist-packages")


@dataclass(frozen=True)
class OdooTree:
    """An importable Odoo: ``python_path`` is the folder that holds the package ``odoo``."""

    python_path: Path
    version: str

    @property
    def core_addons(self) -> Path:
        """Return the folder of Odoo's own business addons."""
        packaged = self.python_path / "odoo" / "addons"
        return packaged if (packaged / "account").is_dir() else self.python_path / "addons"


def obtain() -> OdooTree:
    """Return an Odoo 19, fetching it first if need be."""
    if home := os.environ.get("ODOO_HOME"):
        tree = find_tree(Path(home).expanduser().resolve())
        if not tree:
            raise SetupError(f"ODOO_HOME={home} holds no Odoo {BRANCH}. Correct it, or unset it to have Odoo fetched.")
        return tree
    target = paths.cache_dir() / "odoo"
    with exclusive("odoo"):
        if not is_complete(target):
            if target.exists():
                say("the unpacked Odoo is incomplete (interrupted?), fetching it again")
            _fetch(target)
    tree = find_tree(target)
    if not tree:
        raise SetupError(f"{target} holds no Odoo {BRANCH}. Remove the folder and call the same command again.")
    return tree


def find_tree(folder: Path) -> OdooTree | None:
    """Return the Odoo in a checkout or in an unpacked package, if it is of the right series."""
    for root in IMPORT_ROOTS:
        release = folder / root / "odoo" / "release.py"
        if release.is_file():
            version = re.search(r"version_info = \((\d+), (\d+), (\d+)", release.read_text(encoding="utf-8"))
            if version and f"{version[1]}.{version[2]}" == BRANCH:
                return OdooTree((folder / root).resolve(), ".".join(version.groups()))
    return None


def _fetch(target: Path) -> None:
    reasons = []
    for name, usable, fetch in (("Debian's package", debian.is_available, debian.unpack),
                                ("the upstream repository", lambda: shutil.which("git"), _clone)):
        if not usable():
            reasons.append(f"{name}: this machine has no tool for it")
            continue
        try:
            fetch(target)
            return
        except SetupError as error:
            say(f"{name} could not be had")
            reasons.append(f"{name}: {error}")
    raise SetupError("Odoo 19 could not be fetched. Call the same command again when the network is back, or set "
                     "ODOO_HOME to a checkout of its branch 19.0.\n- " + "\n- ".join(reasons))


def _clone(target: Path) -> None:
    require_space(target.parent, 3)
    say("cloning Odoo 19 from the upstream repository (1 GB)")
    with building(target) as draft:
        run(["git", "clone", "-q", "--depth", "1", "-b", BRANCH, UPSTREAM, draft / "checkout"],
            "Cloning Odoo 19", log="odoo-clone")
        for item in (draft / "checkout").iterdir():
            item.rename(draft / item.name)
        (draft / "checkout").rmdir()
