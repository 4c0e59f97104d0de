"""An Odoo HTTP server in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path


class OdooServer:
    """Serves one database; ``url`` is its address. Use it as a context manager."""

    def __init__(self, database: str, options: Sequence[str] = ()) -> None:
        self.database = database
        self.options = list(options)
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.log = Path(tempfile.gettempdir()) / f"{database}-{self.port}.log"

    def __enter__(self) -> "OdooServer":
        self.start()
        return self

    def __exit__(self, *_exception) -> None:
        self.stop()
        self.log.unlink(missing_ok=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        from .databases import workspace_path

        command = [sys.executable, "-m", "odoo", "server", "-d", self.database, f"--db-filter=^{self.database}$",
                   f"--addons-path={workspace_path('addons')}", f"--data-dir={workspace_path('data_dir')}",
                   "--http-interface=127.0.0.1", f"--http-port={self.port}", "--max-cron-threads=0", "--workers=0",
                   "--log-level=warn", *self.options]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, env=dict(os.environ), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        deadline = time.monotonic() + 90
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/web/health", timeout=30):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.kill()
        raise AssertionError(f"the server does not answer:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """Stop the server in good order."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the server at once, its children with it, as a crash would."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.process:
            self.process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
