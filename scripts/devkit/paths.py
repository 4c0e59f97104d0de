"""Where things are: the repository, the cache, the addons."""

import os
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
ADDONS = REPO / "addons"
CONFIG = REPO / "config"

SUITE = ("merchant_alliance", "green_points", "voucher_settlement", "risk_controls")
BASE_MODULES = ("account", "l10n_cn", "point_of_sale", "website_sale_collect", "payment_demo")
LOYALTY_MODULES = ("pos_loyalty", "website_sale_loyalty")


def is_root() -> bool:
    """Tell whether this process runs as the superuser of the machine."""
    return os.geteuid() == 0


def cache_dir() -> Path:
    """Return the folder that holds everything fetched or built.

    As root, PostgreSQL runs under another account, which must be able to pass through the
    folder: a home that is closed to others is not used.
    """
    if explicit := os.environ.get("GREEN_POINTS_CACHE"):
        return Path(explicit).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    cache = Path(base).expanduser().resolve() / "green-points"
    if is_root() and closed_parent(cache):
        return Path("/var/cache/green-points")
    return cache


def closed_parent(path: Path) -> Path | None:
    """Return the first existing folder on the way to ``path`` that other accounts can't pass."""
    for folder in (*reversed(path.parents), path):
        if folder.is_dir() and not folder.stat().st_mode & 0o001:
            return folder
    return None


def short_temp_dir() -> Path:
    """Return a folder whose path is short enough for a socket's name."""
    candidate = Path(tempfile.gettempdir())
    return candidate if len(str(candidate)) < 40 else Path("/tmp")  # noqa: S108


def suite_modules() -> list[str]:
    """Return the addons of the suite that are there, lowest first."""
    return [name for name in SUITE if (ADDONS / name / "__manifest__.py").is_file()]
