"""Clones of a template database on which a test may commit."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg2

from .server import OdooServer
from .workers import Worker

_NUMBERS = itertools.count(1)


class ScratchDatabase:
    """A database of one test, with the ways to work on it.

    ``name`` and ``dsn`` identify it; :meth:`connect` gives a plain connection, :meth:`open_env` an
    environment in this process, :meth:`start` and :meth:`race` work in other processes,
    :meth:`serve` runs an HTTP server on it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.dsn = f"dbname={name}"  # the server comes from the PG* variables

    def connect(self) -> "psycopg2.extensions.connection":
        """Return a plain connection; the caller closes it."""
        return psycopg2.connect(self.dsn)

    def query(self, sql: str, parameters: Sequence = ()) -> list[tuple]:
        """Run one statement in a transaction of its own and return its rows."""
        with contextlib.closing(self.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def open_env(self, uid: int = 1, context: dict | None = None) -> Iterator:
        """Yield an environment in this process; commits when the block ends well."""
        import odoo.api
        import odoo.tools
        from odoo.modules import module
        from odoo.modules.registry import Registry

        # a registry that loads while testing is on would start Odoo's own test run
        was_testing, current_test = odoo.tools.config["test_enable"], module.current_test
        odoo.tools.config["test_enable"], module.current_test = False, None
        try:
            with Registry(self.name).cursor() as cr:
                yield odoo.api.Environment(cr, uid, context or {})
        finally:
            odoo.tools.config["test_enable"], module.current_test = was_testing, current_test

    def start(self, target: str, *arguments, hold: Sequence[str] = ()) -> Worker:
        """Start ``function(env, *arguments)`` in a process of its own; ``target`` is ``module:function``.

        :param hold: checkpoints at which the process waits for :meth:`Worker.resume`
        """
        return Worker(self.name, target, arguments, hold)

    def race(self, *jobs: tuple, timeout: float = 120) -> list:
        """Run several ``(target, *arguments)`` at the same moment, each in its own process.

        Return for each its result, or the :class:`~tests.support.workers.WorkerError` it ended with.
        """
        workers = [self.start(target, *arguments, hold=["ready"]) for target, *arguments in jobs]
        try:
            for worker in workers:
                worker.wait_for("ready", timeout)
            for worker in workers:
                worker.resume()
            return [worker.outcome(timeout) for worker in workers]
        finally:
            for worker in workers:
                worker.kill()

    def serve(self, *options: str) -> OdooServer:
        """Return an HTTP server on this database, to be used as a context manager."""
        return OdooServer(self.name, options)


@contextlib.contextmanager
def clone(template: str) -> Iterator[ScratchDatabase]:
    """Yield a clone of a template database and drop it afterwards."""
    name = f"gp_scratch_{os.getpid()}_{next(_NUMBERS)}"
    _run("createdb", "--strategy=file_copy", "-T", template, name)
    filestore = workspace_path("data_dir") / "filestore"
    if (filestore / template).is_dir():
        shutil.copytree(filestore / template, filestore / name, copy_function=os.link)
    try:
        yield ScratchDatabase(name)
    finally:
        forget(name)
        _run("dropdb", "--force", name)
        shutil.rmtree(filestore / name, ignore_errors=True)


def clone_suite() -> contextlib.AbstractContextManager[ScratchDatabase]:
    """Return a clone of the database that has the suite installed and nothing else in it."""
    return clone(os.environ["GREEN_POINTS_SUITE_DB"])


def workspace_path(name: str) -> Path:
    """Return a path of the set-up: ``odoo``, ``core_addons``, ``addons``, ``data_dir`` or ``python``."""
    return Path(json.loads(os.environ["GREEN_POINTS_WORKSPACE"])[name])


def forget(name: str) -> None:
    """Close what this process has open on the database."""
    import odoo.sql_db
    from odoo.modules.registry import Registry

    Registry.delete(name)
    odoo.sql_db.close_db(name)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
