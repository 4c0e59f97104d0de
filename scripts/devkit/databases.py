"""Databases and their file stores: made, cloned, renamed and dropped together."""

import os
import re
import shutil
from pathlib import Path

from .console import SetupError, run, say

BUILDING = "_building"


class Databases:
    """The databases of one server whose attachments lie in one data folder."""

    def __init__(self, programs: Path, environ: dict[str, str], data_dir: Path) -> None:
        self.programs = programs
        self.environ = environ
        self.data_dir = data_dir

    def names(self, prefix: str = "") -> list[str]:
        """Return the databases whose name begins with ``prefix``."""
        listed = self.query("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
        return [name for name in listed.splitlines() if name.startswith(prefix) and name != "postgres"]

    def query(self, database: str, sql: str) -> str:
        """Return what psql prints for a statement."""
        return run([self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, database],
                   f"Asking the database {database}", env=self.environ).strip()

    def create(self, name: str, template: str | None = None) -> None:
        """Make a database, empty or a clone of another with its file store."""
        check_name(name)
        if template:
            run([self.programs / "createdb", "--strategy=file_copy", "-T", template, name],
                f"Cloning {template}", env=self.environ)
            self._link_filestore(template, name)
        else:
            run([self.programs / "createdb", "-T", "template0", "-E", "UTF8", name],
                f"Making the database {name}", env=self.environ)

    def drop(self, name: str) -> None:
        """Remove a database with its file store, if it is there."""
        run([self.programs / "dropdb", "--if-exists", "--force", name], f"Dropping {name}", env=self.environ)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def finish(self, name: str) -> None:
        """Give a database built under a provisional name its final one."""
        draft = name + BUILDING
        shutil.rmtree(self.filestore(name), ignore_errors=True)
        if self.filestore(draft).is_dir():
            self.filestore(draft).rename(self.filestore(name))
        self.query("postgres", f'ALTER DATABASE "{draft}" RENAME TO "{name}"')

    def filestore(self, name: str) -> Path:
        """Return the folder of a database's attachments."""
        return self.data_dir / "filestore" / name

    def drop_left_over(self, prefix: str) -> None:
        """Drop the numbered databases of processes that are gone (``prefix`` + process id)."""
        for name in self.names(prefix):
            pid = re.match(r"\d+", name[len(prefix):])
            if pid and not _is_alive(int(pid[0])):
                say(f"dropping {name}, left over by an interrupted run")
                self.drop(name)

    def _link_filestore(self, source: str, target: str) -> None:
        """Attachments are never changed in place, so a clone shares their files by hard links."""
        if self.filestore(source).is_dir():
            shutil.rmtree(self.filestore(target), ignore_errors=True)
            shutil.copytree(self.filestore(source), self.filestore(target), copy_function=os.link)


def check_name(name: str) -> str:
    """Refuse database names that would need quoting."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise SetupError(f"'{name}' can't be the name of a database here: small letters, digits and _ only, "
                         "at most 51.")
    return name


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
