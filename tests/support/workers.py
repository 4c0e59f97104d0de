"""Functions that run in processes of their own, can be watched, held and killed."""

import contextlib
import json
import os
import queue
import select
import signal
import tempfile
import threading
import time
from collections.abc import Sequence

from .nursery import get_nursery


class WorkerError(AssertionError):
    """A worker ended with an exception (``kind`` is its class's name), or did not end."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Worker:
    """A process that runs one function with an environment on a database."""

    def __init__(self, database: str, target: str, arguments: Sequence, hold: Sequence[str]) -> None:
        order = {"database": database, "target": target, "arguments": list(arguments), "hold": list(hold)}
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - lives as long as the worker
        (stdin, hands), (eyes, stdout) = os.pipe(), os.pipe()
        self._stdin, self._stdout = os.fdopen(hands, "w"), os.fdopen(eyes)
        try:
            pid = get_nursery().bring_forth(order, [stdin, stdout, self._errors.fileno()])
        finally:
            os.close(stdin)
            os.close(stdout)
        try:
            self._handle = os.pidfd_open(pid)  # a number may soon be another process's
        except ProcessLookupError:
            self._handle = None  # it has ended already
        self._events: queue.Queue = queue.Queue()
        self._seen: set[str] = set()
        self._end: dict | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with self._stdout:
            for line in self._stdout:
                if line.startswith('{"event"'):
                    self._events.put(json.loads(line))
        self._events.put({"event": "gone"})

    def wait_for(self, checkpoint: str, timeout: float = 120) -> None:
        """Wait until the function has passed (or is held at) a checkpoint."""
        self._wait(lambda: checkpoint in self._seen, f"checkpoint {checkpoint}", timeout)

    def resume(self) -> None:
        """Let a held function go on."""
        self._stdin.write("go\n")
        self._stdin.flush()

    def result(self, timeout: float = 120):
        """Return what the function returned, or raise what it raised as :class:`WorkerError`."""
        outcome = self.outcome(timeout)
        if isinstance(outcome, WorkerError):
            raise outcome
        return outcome

    def outcome(self, timeout: float = 120):
        """Return what the function returned, or the :class:`WorkerError` it ended with."""
        self._wait(lambda: self._end is not None, "the end", timeout)
        self._wait_until_gone(timeout)
        if self._end["event"] == "result":
            return self._end["value"]
        return WorkerError(self._end["kind"], self._end["message"])

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        self._wait_until_gone(timeout=60)
        self._stdin.close()

    def _wait_until_gone(self, timeout: float) -> None:
        if self._handle is None:
            return
        if not select.select([self._handle], [], [], timeout)[0]:
            raise WorkerError("Timeout", f"the process did not end within {timeout:.0f} s")
        os.close(self._handle)
        self._handle = None

    def _wait(self, is_reached, what: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not is_reached():
            try:
                event = self._events.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise WorkerError("Timeout", f"no sign of {what} after {timeout:.0f} s\n{self._error_tail()}") from None
            if event["event"] == "checkpoint":
                self._seen.add(event["name"])
            elif event["event"] in ("result", "error"):
                self._end = event
            elif self._end is None:
                self._end = {"event": "error", "kind": "Crash", "message": self._error_tail()}
                if not is_reached():
                    raise WorkerError("Crash", f"the process ended before {what}\n{self._error_tail()}")

    def _error_tail(self) -> str:
        self._errors.seek(0)
        return "".join(self._errors.readlines()[-30:])
