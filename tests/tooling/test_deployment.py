"""The files for production are accepted by the programs that read them."""

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


def compose_command():
    """Return the command of Docker Compose, or None; no engine is needed to check a file."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    return None


def compose(env_file, *arguments):
    """Run Docker Compose on the repository's file with the secrets of an env file."""
    command = compose_command()
    if not command:
        pytest.skip("no docker-compose on this machine (as root: apt-get install docker-compose)")
    environ = {key: value for key, value in os.environ.items() if key not in ("POSTGRES_PASSWORD", "PYTHONPATH")}
    return subprocess.run([*command, "--env-file", str(env_file), *arguments], cwd=REPO, env=environ,
                          capture_output=True, text=True)


def test_compose_file_is_accepted():
    done = compose(REPO / ".env.example", "config")
    assert done.returncode == 0, done.stderr
    for name in ("db", "odoo", "nginx", "healthcheck", "odoo-data", "/websocket"):
        assert name in done.stdout + (REPO / "config" / "nginx.conf").read_text()


def test_compose_needs_a_password(tmp_path):
    (tmp_path / "env").touch()
    done = compose(tmp_path / "env", "config")
    assert done.returncode != 0
    assert "choose a password" in done.stderr


def test_production_settings():
    parser = configparser.ConfigParser()
    parser.read(REPO / "config" / "odoo.production.conf")
    options = parser["options"]
    assert options["list_db"] == "False"
    assert options["proxy_mode"] == "True"
    assert int(options["workers"]) > 1
    assert "admin_passwd" not in options
    assert "db_password" not in options
