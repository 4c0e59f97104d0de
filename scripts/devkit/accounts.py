"""The account PostgreSQL runs under: it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from . import paths
from .console import SetupError, run

SERVER_ACCOUNT = "pgserver"


def server_account() -> pwd.struct_passwd | None:
    """Return the account the server needs when we are root, made if missing; None otherwise."""
    if not paths.is_root():
        return None
    try:
        return pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_ACCOUNT],
            f"Making the account {SERVER_ACCOUNT} for PostgreSQL, which refuses to run as root,")
        return pwd.getpwnam(SERVER_ACCOUNT)


def identity(account: pwd.struct_passwd | None) -> dict:
    """Return the options of :mod:`subprocess` that run a program under the account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def own_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only we and the server's account enter."""
    folder.mkdir(parents=True, exist_ok=True)
    if account:
        shutil.chown(folder, account.pw_uid, account.pw_gid)
    elif folder.stat().st_uid != os.getuid():
        raise SetupError(f"{folder} belongs to another user. Remove it, or set TMPDIR to a folder of yours.")
    folder.chmod(0o700)


def require_passage(account: pwd.struct_passwd | None, *targets: Path) -> None:
    """Check that the server's account can reach what it has to."""
    if account is None:
        return
    for target in targets:
        if closed := paths.closed_parent(target.parent):
            raise SetupError(
                f"PostgreSQL runs as '{account.pw_name}' and cannot pass through {closed}. Set GREEN_POINTS_CACHE to "
                f"a folder that others can pass through, for example /var/cache/green-points.")


def process_command(pid: int) -> str:
    """Return the command line of a running process, empty if there is none."""
    try:
        return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True,
                              check=False).stdout.strip()
    except OSError:
        return ""
