"""What is interrupted is told from what is finished."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from devkit import odoo_source, paths, postgres, stamps, virtualenv
from devkit.commands import testing
from devkit.console import SetupError
from devkit.databases import Databases, check_name
from tests.support.databases import workspace_path

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keep the tests away from the real cache."""
    monkeypatch.setenv("GREEN_POINTS_CACHE", str(tmp_path))
    return tmp_path


def build_and_fail(target):
    with stamps.building(target) as draft:
        (draft / "half").touch()
        raise OSError("disk full")


def test_interrupted_folder_never_takes_its_name(tmp_path):
    target = tmp_path / "thing"
    with pytest.raises(OSError, match="disk full"):
        build_and_fail(target)
    assert not target.exists()
    with stamps.building(target) as draft:
        assert not list(draft.iterdir())
        (draft / "whole").touch()
    assert stamps.is_complete(target)
    assert (target / "whole").exists()


def test_only_what_is_installed_makes_a_new_template(tmp_path):
    addon = tmp_path / "addon"
    for name in ("models/sale.py", "views/sale.xml", "tests/test_sale.py", "static/src/till.js", "readme/USAGE.md"):
        (addon / name).parent.mkdir(parents=True, exist_ok=True)
        (addon / name).write_text("before")
    before = stamps.tree_fingerprint([addon])
    for name in ("tests/test_sale.py", "static/src/till.js", "readme/USAGE.md"):
        (addon / name).write_text("after")
    assert stamps.tree_fingerprint([addon]) == before
    for name in ("models/sale.py", "views/sale.xml"):
        (addon / name).write_text("after")
        assert stamps.tree_fingerprint([addon]) != before
        (addon / name).write_text("before")


def test_full_disk_says_what_to_do(tmp_path):
    with pytest.raises(SetupError, match="GREEN_POINTS_CACHE"):
        stamps.require_space(tmp_path, 10**9)


def test_incomplete_odoo_is_fetched_again(tmp_path, monkeypatch):
    (tmp_path / "odoo" / "odoo").mkdir(parents=True)

    def fetch(target):
        with stamps.building(target) as draft:
            (draft / "odoo").mkdir()
            (draft / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")

    monkeypatch.setattr(odoo_source, "_fetch", fetch)
    monkeypatch.delenv("ODOO_HOME", raising=False)
    assert odoo_source.obtain().version == "19.0.0"


def test_wrong_odoo_home_is_refused(tmp_path, monkeypatch):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(SetupError, match="ODOO_HOME"):
        odoo_source.obtain()


def test_no_source_for_odoo_says_what_to_do(monkeypatch):
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(odoo_source.debian, "is_available", lambda: False)
    monkeypatch.setattr(odoo_source.shutil, "which", lambda _name: None)
    with pytest.raises(SetupError, match="ODOO_HOME"):
        odoo_source.obtain()


def test_incomplete_environment_is_built_again(monkeypatch):
    built = []
    monkeypatch.setattr(virtualenv, "_build", lambda home, *_rest: (home.mkdir(parents=True), built.append(home)))
    first = virtualenv.obtain("lint")
    (first.home / ".complete").unlink()
    virtualenv.obtain("lint")
    virtualenv.obtain("lint")
    assert len(built) == 2


def test_the_systems_own_build_of_python_is_preferred(monkeypatch, tmp_path):
    monkeypatch.setattr(virtualenv, "SYSTEM_BIN", tmp_path)
    by_hand = "/opt/by-hand/bin/python3.11"
    (tmp_path / "python3.12").touch(0o755)
    assert virtualenv._prefer_system(by_hand) == by_hand, "another version has other packages"
    (tmp_path / "python3.11").touch(0o644)
    assert virtualenv._prefer_system(by_hand) == by_hand, "not executable"
    (tmp_path / "python3.11").chmod(0o755)
    assert virtualenv._prefer_system(by_hand) == str(tmp_path / "python3.11")
    (tmp_path / "python3").touch(0o755)
    assert virtualenv._prefer_system("/opt/by-hand/bin/python3") == "/opt/by-hand/bin/python3", "of which version?"


def test_pid_file_of_a_dead_server_is_removed(tmp_path):
    server = postgres.EmbeddedServer("run", workspace_path("python").parent)
    server.data.mkdir(parents=True)
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n")  # alive, but no PostgreSQL
    assert server._remove_stale_pid()
    assert not (server.data / "postmaster.pid").exists()


def test_root_avoids_a_home_closed_to_the_server_account(tmp_path, monkeypatch):
    monkeypatch.delenv("GREEN_POINTS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "closed"))
    (tmp_path / "closed").mkdir(mode=0o700)
    monkeypatch.setattr(paths, "is_root", lambda: True)
    assert paths.cache_dir() == Path("/var/cache/green-points")


@pytest.mark.parametrize("name", ["Capital", "a b", "1st", "x; drop", "", "a" * 60])
def test_strange_database_names_are_refused(name):
    with pytest.raises(SetupError):
        check_name(name)


def test_databases_of_dead_processes_are_dropped(tmp_path):
    programs = Path(next(folder for folder in os.environ["PATH"].split(os.pathsep) if (Path(folder) / "psql").exists()))
    databases = Databases(programs, dict(os.environ), tmp_path)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, mine = f"gp_scratch_{gone.pid}_1", f"gp_scratch_{os.getpid()}_999"
    for name in (left, mine):
        databases.create(name)
    try:
        databases.drop_left_over("gp_scratch_")
        assert left not in databases.names("gp_scratch_")
        assert mine in databases.names("gp_scratch_")
    finally:
        databases.drop(mine)


def test_one_process_at_a_time_holds_a_lock(tmp_path):
    program = ("import time\nfrom devkit.stamps import exclusive\n"
               "with exclusive('x'): print('in', flush=True); time.sleep(60)")
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "PYTHONPATH": str(REPO / "scripts")})
    try:
        assert holder.stdout.readline().strip() == "in"
        with pytest.raises(SetupError, match="busy"), stamps.exclusive("x", refusal="busy"):
            pass
        holder.send_signal(signal.SIGKILL)  # a dead process leaves no lock behind
        holder.wait()
        time.sleep(0.1)
        with stamps.exclusive("x", refusal="busy"):
            pass
    finally:
        holder.kill()


def test_long_expressions_are_no_paths():
    """The system refuses to look at names that long."""
    expression = " or ".join(f"test_number_{number}" for number in range(60))
    options = SimpleNamespace(fast=False, pytest_arguments=["tests/tooling/", "-k", expression])
    assert testing._names_tests(options) == ["tests/tooling"]
    options.pytest_arguments = ["-k", expression]
    assert testing._names_tests(options) == []
