"""The scaffolding that other tests stand on."""

import urllib.request

import pytest

from tests.support.nursery import get_nursery
from tests.support.worker_main import checkpoint
from tests.support.workers import WorkerError


def add_partner(env, name):
    """Create a partner, in a worker."""
    return env["res.partner"].create({"name": name}).id


def add_partner_slowly(env, name):
    """Create a partner and stop at a checkpoint, in a worker."""
    partner = env["res.partner"].create({"name": name})
    checkpoint("created")
    return partner.id


def fail(env):
    """Raise, in a worker."""
    raise ValueError("as told")


def count(database, name):
    """Return how many partners have the name."""
    return database.query("SELECT count(*) FROM res_partner WHERE name = %s", (name,))[0][0]


def test_env_commits(scratch_db):
    with scratch_db.open_env() as env:
        env["res.partner"].create({"name": "here"})
    assert count(scratch_db, "here") == 1


def test_workers_race_and_report_errors(scratch_db):
    ids = scratch_db.race((f"{__name__}:add_partner", "racer"), (f"{__name__}:add_partner", "racer"),
                          (f"{__name__}:fail",))
    assert len(set(ids[:2])) == 2
    assert count(scratch_db, "racer") == 2
    assert isinstance(ids[2], WorkerError)
    assert ids[2].kind == "ValueError"


def test_killed_worker_leaves_nothing(scratch_db):
    worker = scratch_db.start(f"{__name__}:add_partner_slowly", "ghost", hold=["created"])
    worker.wait_for("created")
    worker.kill()
    with pytest.raises(WorkerError):
        worker.result()
    assert count(scratch_db, "ghost") == 0


def test_workers_are_there_after_what_starts_them_was_ended(scratch_db):
    """Odoo's test classes end all children of their process."""
    nursery = get_nursery()
    nursery.process.terminate()
    nursery.process.wait(30)
    assert scratch_db.start(f"{__name__}:add_partner", "late").result()
    assert count(scratch_db, "late") == 1


def test_server_answers(scratch_db):
    with scratch_db.serve() as server, urllib.request.urlopen(f"{server.url}/web/login") as page:
        assert page.status == 200
