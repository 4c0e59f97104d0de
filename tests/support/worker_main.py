"""The process behind :class:`tests.support.workers.Worker`."""

import importlib
import json
import sys
import traceback

_HOLD: set[str] = set()


def checkpoint(name: str) -> None:
    """Tell the test that the function has come this far; wait there if the test wants it so."""
    _tell(event="checkpoint", name=name)
    if name in _HOLD:
        sys.stdin.readline()


def _tell(**event) -> None:
    sys.__stdout__.write(json.dumps(event, default=str) + "\n")
    sys.__stdout__.flush()


def run(order: dict) -> None:
    """Carry out an order and tell how it ended."""
    try:
        _run(order)
    except Exception as error:  # noqa: BLE001 - reported to the test, which judges it
        traceback.print_exc()
        _tell(event="error", kind=type(error).__name__, message=str(error))


def _run(order: dict) -> None:
    import odoo.api
    from odoo.modules.registry import Registry

    _HOLD.update(order["hold"])
    module, _, name = order["target"].partition(":")
    registry = Registry(order["database"]).check_signaling()  # others may have changed something since it was loaded
    function = getattr(importlib.import_module(module), name)
    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        checkpoint("ready")
        value = function(env, *order["arguments"])
        env.flush_all()
        checkpoint("before commit")
    checkpoint("committed")
    _tell(event="result", value=value)
