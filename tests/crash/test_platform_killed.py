"""Odoo is killed and PostgreSQL is stopped at random while the platform is at work: nothing is lost or doubled.

PostgreSQL is a server of its own with the settings of ``make run`` (``fsync`` and ``synchronous_commit`` on, unlike
the one of the other tests), stopped with ``pg_ctl stop -m immediate``: what a crash of its processes leaves behind.
``CRASH_KILLS=100`` kills so often; ``make test-deep`` does.
"""

import json
import logging
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devkit import postgres
from tests.support.nursery import REPO

_logger = logging.getLogger(__name__)
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
KILLS = int(os.environ.get("CRASH_KILLS", "100" if DEEP else "8"))
SEED = int(os.environ.get("CRASH_SEED", "20261126"))
SHORTEST, LONGEST = 0.2, 2.5  # seconds at work before a kill


class Keeper:
    """The process that forks and kills; see :mod:`tests.crash.herd`."""

    def __init__(self, database, folder, environ):
        self.errors = (folder / "errors").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tests.crash.herd import main; main()",
             json.dumps({"database": database, "log": str(folder / "told")})],
            cwd=REPO, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def ask(self, *command):
        self.process.stdin.write(" ".join(map(str, command)) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("ANSWER "):
                answer = line[len("ANSWER "):].strip()
                assert answer == "ok", f"{command}: {answer}\n{self.read_errors()}"
                return
        raise AssertionError(f"{command}: the process is gone\n{self.read_errors()}")

    def read_errors(self):
        self.errors.seek(0)
        return self.errors.read()[-6000:]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.errors.close()


@pytest.fixture
def server():
    """A PostgreSQL that syncs to disk, with a copy of the suite's database; its environment."""
    programs = Path(shutil.which("pg_ctl")).parent
    embedded, database = postgres.EmbeddedServer("crash", programs), f"gp_crash_{os.getpid()}"
    with embedded.running():
        environ = os.environ | embedded.environ()
        subprocess.run([programs / "createdb", "-T", "template0", database], env=environ, check=True)
        try:
            dump = subprocess.Popen([programs / "pg_dump", os.environ["GREEN_POINTS_SUITE_DB"]], stdout=subprocess.PIPE)
            subprocess.run([programs / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", database], stdin=dump.stdout,
                           stdout=subprocess.DEVNULL, env=environ, check=True)
            assert dump.wait() == 0
            yield embedded, database, environ
        finally:
            subprocess.run([programs / "dropdb", "--force", database], env=environ, check=False)


def test_nothing_is_lost_or_doubled(server, tmp_path):
    embedded, database, environ = server
    keeper, chance = Keeper(database, tmp_path, environ), random.Random(SEED)
    try:
        keeper.ask("build", tmp_path / "ids")
        keeper.ask("work", 20)  # some history first
        kills = {"Odoo": 0, "PostgreSQL": 0}
        for number in range(KILLS):
            keeper.ask("start")
            time.sleep(chance.uniform(SHORTEST, LONGEST))
            if number % 2:
                embedded.crash()
                kills["PostgreSQL"] += 1
                time.sleep(chance.uniform(0, 1))  # Odoo goes on with the server that is back
            keeper.ask("kill")
            kills["Odoo"] += 1
            keeper.ask("check")
        keeper.ask("work", 3)
        keeper.ask("check", "end")
        told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    finally:
        keeper.end()
    counts = {kind: sum(line.startswith(f"{kind} ") for line in told) for kind in ("sale", "pay", "back", "refused")}
    _logger.info("kills: %s; told: %s", kills, counts)
    assert all(counts[kind] for kind in ("sale", "pay", "back")), counts
