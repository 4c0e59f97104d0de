"""What a piece of work costs: time, queries, and how long this process and the server really worked."""

import threading
import time
from pathlib import Path


class Watch:
    """Measures a block: ``seconds`` in all, ``waited`` for its ``queries``, how long the server ``worked``.

    The server's work is what the kernel says its process ran (``/proc``), ``own`` what this thread did:
    what other processes on the same machine take counts for neither. Where that cannot be read, the
    server's work is the time waited for it.
    """

    def __init__(self, cr):
        cr.execute("SELECT pg_backend_pid()")
        self.server = Path(f"/proc/{cr.fetchone()[0]}/schedstat")

    def __enter__(self):
        self.thread = threading.current_thread()
        self.thread.query_count, self.thread.query_time = 0, 0.0
        self.before, self.own_before, self.started = self._get_run(), time.thread_time(), time.perf_counter()
        return self

    def __exit__(self, *_exception):
        self.seconds, self.own = time.perf_counter() - self.started, time.thread_time() - self.own_before
        self.queries, self.waited = self.thread.query_count, self.thread.query_time
        self.worked = self._get_run() - self.before if self.before else self.waited
        del self.thread.query_count, self.thread.query_time

    @property
    def busy(self):
        """Seconds that this process and the server worked together."""
        return self.own + self.worked

    def _get_run(self):
        try:
            return int(self.server.read_text(encoding="utf-8").split()[0]) / 1e9
        except (OSError, ValueError):
            return 0.0

    def __str__(self):
        return f"{self.worked * 1000:.1f} ({self.waited * 1000:.0f}) ms in {self.queries} queries"
