"""PostgreSQL servers: our own from a wheel, or the one that PGHOST names."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from . import accounts, paths
from .console import SetupError, run, say
from .stamps import exclusive, fingerprint, require_space

ROLE = "odoo"
SETTINGS = {
    "run": {"max_connections": "100", "shared_buffers": "256MB"},
    "crash": {"max_connections": "60", "shared_buffers": "128MB"},  # is stopped in mid-work, by tests/crash
    "test": {"max_connections": "400", "shared_buffers": "512MB", "fsync": "off", "synchronous_commit": "off",
             "full_page_writes": "off", "checkpoint_flush_after": "0", "bgwriter_flush_after": "0",
             "autovacuum_naptime": "5min", "max_wal_size": "4GB"},
}


class EmbeddedServer:
    """A cluster of our own, reached through a socket that only we can open.

    Every command that uses it holds a shared lock; the last one to leave stops it.
    """

    def __init__(self, purpose: str, programs: Path) -> None:
        self.purpose = purpose
        self.programs = programs
        self.home = paths.cache_dir() / "postgres" / purpose
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.socket_dir = paths.short_temp_dir() / f"gp-{fingerprint(str(self.home), str(os.geteuid()))}"

    def environ(self) -> dict[str, str]:
        """Return the variables that lead libpq to this server."""
        return {"PGHOST": str(self.socket_dir), "PGPORT": "5432", "PGUSER": ROLE, "PGPASSWORD": "",
                "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"}

    @contextlib.contextmanager
    def running(self) -> Iterator["EmbeddedServer"]:
        """Have the server run during the block."""
        account = accounts.server_account()
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "users.lock").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                with exclusive(f"postgres-{self.purpose}"):
                    self._start(account)
                yield self
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._stop(account)

    def _control(self, what: str, *arguments: str | Path, account) -> str:
        return run([self.programs / "pg_ctl", "-D", self.data, "-w", *arguments], what, cwd=Path("/"),
                   **accounts.identity(account))

    def crash(self) -> None:
        """Stop at once, as a crash would, and start again: what was committed is recovered."""
        account = accounts.server_account()
        self._control("Stopping PostgreSQL at once", "-m", "immediate", "stop", account=account)
        self._start(account)

    def _is_running(self, account) -> bool:
        with contextlib.suppress(SetupError):
            self._control("Asking for the server's state", "status", account=account)
            return True
        return False

    def _start(self, account) -> None:
        accounts.require_passage(account, self.home, self.programs)
        accounts.own_folder(self.home, account)
        accounts.own_folder(self.socket_dir, account)
        if not (self.data / "PG_VERSION").is_file():
            self._initialise(account)
        if self._is_running(account):
            return
        if self._remove_stale_pid() and self.purpose == "test":
            self._initialise(account)
        require_space(self.home, 0.5)
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.socket_dir), **SETTINGS[self.purpose]}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        say(f"starting PostgreSQL ({self.purpose})")
        try:
            self._control("Starting PostgreSQL", "-l", self.log, "-o", options, "start", account=account)
        except SetupError as error:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.is_file() else ""
            raise SetupError(f"{error}\nThe end of {self.log}:\n{tail}\nIf its data are beyond repair: make clean "
                             "(removes the demo database), then the same command again.") from error

    def _initialise(self, account) -> None:
        """Make a new cluster aside and put it in place when complete."""
        say(f"preparing a PostgreSQL cluster ({self.purpose})")
        require_space(self.home, 2)
        draft = self.home / "data.building"
        shutil.rmtree(draft, ignore_errors=True)
        run([self.programs / "initdb", "-D", draft, "-U", ROLE, "--auth=trust", "--encoding=UTF8",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"],
            "Preparing a PostgreSQL cluster", cwd=Path("/"), **accounts.identity(account))
        shutil.rmtree(self.data, ignore_errors=True)
        draft.rename(self.data)

    def _remove_stale_pid(self) -> bool:
        """Remove the pid file of a killed server: its number may be another process by now.

        Return whether there was one. The cluster for tests does without fsync, so it is not
        trusted after that; the one with the demo database recovers.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.is_file():
            return False
        first = pid_file.read_text(encoding="utf-8").partition("\n")[0].strip()
        if first.isdigit() and str(self.data) in accounts.process_command(int(first)):
            return False
        say("a PostgreSQL was killed here and left its pid file, removing it")
        pid_file.unlink()
        return True

    def _stop(self, account) -> None:
        if self._is_running(account):
            say(f"stopping PostgreSQL ({self.purpose})")
            try:
                self._control("Stopping PostgreSQL", "-m", "fast", "stop", account=account)
            except SetupError as error:  # never hides what the command itself stopped for
                say(str(error).splitlines()[0])


class ExternalServer:
    """The server that PGHOST, PGPORT, PGUSER and PGPASSWORD describe; we neither start nor stop it."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs

    def environ(self) -> dict[str, str]:
        """Return the variables that lead libpq to this server."""
        given = {key: value for key, value in os.environ.items() if key.startswith("PG") and key != "PGDATABASE"}
        return {**given, "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"}

    @contextlib.contextmanager
    def running(self) -> Iterator["ExternalServer"]:
        """Check that the server answers and lets us work."""
        user = os.environ.get("PGUSER", "")
        if user in ("", "postgres"):
            raise SetupError("PGHOST is set, so PGUSER must name a role that may create databases, and not "
                             "'postgres', which Odoo refuses. Unset PGHOST to use a PostgreSQL of our own.")
        may_create = run([self.programs / "psql", "-XAtqc",
                          "SELECT (rolcreatedb OR rolsuper) AND current_setting('server_version_num')::int >= 150000 "
                          "FROM pg_roles WHERE rolname = current_user", "postgres"],
                         f"Connecting to PostgreSQL at PGHOST={os.environ['PGHOST']}",
                         env={**os.environ, **self.environ()}).strip()
        if may_create != "t":
            raise SetupError(f"PostgreSQL 15 or newer is needed, and a role that may create databases: "
                             f"ALTER ROLE {user} CREATEDB.")
        yield self


Server = EmbeddedServer | ExternalServer


def choose(purpose: str, programs: Path) -> Server:
    """Return the server for a purpose (``run`` or ``test``)."""
    return ExternalServer(programs) if os.environ.get("PGHOST") else EmbeddedServer(purpose, programs)
