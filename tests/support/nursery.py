"""A process that has Odoo loaded and brings forth workers: loading takes seconds, forking none."""

import contextlib
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
LONGEST_ORDER = 1 << 20  # bytes
_nursery = None


class Nursery:
    """The process, as the tests see it. It ends when this one does."""

    def __init__(self) -> None:
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from tests.support.nursery import main; main()", str(theirs.fileno())],
                cwd=REPO, env=dict(os.environ), stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def bring_forth(self, order: dict, files: list[int]) -> int:
        """Start a worker (``worker_main.run``) and return its process id.

        :param order: ``database``, ``target``, ``arguments`` and ``hold`` of :class:`~tests.support.workers.Worker`
        :param files: descriptors of its input, output and error output
        """
        with self._turn:
            socket.send_fds(self._door, [json.dumps(order).encode()], files)
            answer = self._door.recv(LONGEST_ORDER)
        if not answer:
            raise RuntimeError("The process that starts workers has ended; its output says why.")
        return int(answer)


def get_nursery() -> Nursery:
    """Return the one of this process, a new one where the last has ended: Odoo's test classes end all children."""
    global _nursery  # noqa: PLW0603 - one for each process
    if not _nursery or _nursery.process.poll() is not None:
        _nursery = Nursery()
    return _nursery


def main() -> None:
    """Carry out orders until the other side is gone."""
    door = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
    while True:
        message, files, *_flags = socket.recv_fds(door, LONGEST_ORDER, 3)
        if not message:
            return
        order = json.loads(message)
        with contextlib.suppress(Exception):  # the worker meets it again, and tells
            _load(order["database"])
        pid = os.fork()
        if not pid:
            door.close()
            _live(order, files)
        for file in files:
            os.close(file)
        door.send(str(pid).encode())


def _load(database: str) -> None:
    """Load the registry of a database, and forget those of others; leave no connection open."""
    import odoo.sql_db
    import odoo.tools
    from odoo.modules.registry import Registry

    from .databases import workspace_path

    if database not in Registry.registries:
        Registry.registries.clear()
        odoo.tools.config.parse_config(
            ["-d", database, f"--addons-path={workspace_path('addons')}",
             f"--data-dir={workspace_path('data_dir')}", "--no-http", "--max-cron-threads=0", "--log-level=warn"],
            setup_logging=True)
        Registry(database)
        odoo.sql_db.close_all()


def _live(order: dict, files: list[int]) -> None:
    """Be a worker, and end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    random.seed()
    try:
        importlib.import_module("tests.support.worker_main").run(order)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)
