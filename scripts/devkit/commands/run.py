"""``make run``: the suite with its demo life, served on this machine."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .. import accounts, paths, system_packages, workspace
from ..console import SetupError, log_file, say
from ..databases import BUILDING
from ..stamps import exclusive, tree_fingerprint
from ..templates import LANGUAGES
from ..workspace import Workspace

DATABASE = "green_points"
STATE = "green_points.setup"  # ir.config_parameter: what the database was made with
LOGINS = (
    ("admin", "administrator"), ("operator", "operator"), ("maker", "settlement maker"),
    ("checker", "settlement checker"), ("analyst", "risk analyst"), ("auditor", "auditor"),
    ("cashier", "cashier at a till"), ("merchant", "merchant (portal)"), ("staff", "its store's staff (portal)"),
    ("brand", "brand of the mall (portal)"),
    ("shopper", "shopper (website)"),
)


def serve(options) -> int:
    """Set everything up if need be, then serve until interrupted."""
    system_packages.install_for_run()
    with workspace.opened("run") as work, _only_user_of(options.db):
        _stop_left_over_server(work, options.db)
        _require_free_port(options.port)
        _prepare_database(work, options)
        server = _start_odoo(work, options)
        try:
            _wait_until_ready(server, options.port)
            _print_addresses(options)
            return server.wait()
        except KeyboardInterrupt:
            print(flush=True)
            say("stopping Odoo")
            return 0
        finally:
            _stop_odoo(server)


def reset(options) -> None:
    """Drop the database."""
    with workspace.opened("run") as work, _only_user_of(options.db):
        _stop_left_over_server(work, options.db)
        for name in (options.db, options.db + BUILDING):
            work.databases.drop(name)
        say(f"dropped {options.db}; the next make run makes it anew")


def require_database(work: Workspace, name: str) -> None:
    """Stop if the database was not made yet."""
    if name not in work.databases.names():
        raise SetupError(f"There is no database {name} yet: make run makes it.")


# -- the database ----------------------------------------------------------------


def _prepare_database(work: Workspace, options) -> None:
    names = work.databases.names()
    code = tree_fingerprint(paths.ADDONS / name for name in paths.suite_modules())
    if options.db in names:
        _update_if_needed(work, options, code)
        return
    if options.db + BUILDING in names:
        say(f"an earlier start was interrupted before {options.db} was complete: building it again from scratch")
    _build_database(work, options, code)


def _build_database(work: Workspace, options, code: str) -> None:
    draft = options.db + BUILDING
    work.databases.drop(draft)
    work.databases.create(draft)
    modules = [*paths.BASE_MODULES, *paths.suite_modules()]
    say(f"installing {', '.join(modules)} (about two minutes, once)")
    work.install(draft, modules, languages=LANGUAGES)
    arguments = (draft, str(paths.ADDONS), str(work.data_dir), options.lang)
    has_demo = options.demo and _live_demo(work, arguments)
    work.run_inside("set_language.py", "Setting the language", *arguments)
    _write_state(work, draft, f"demo={int(has_demo)} lang={options.lang} code={code}")
    work.databases.finish(options.db)


def _live_demo(work: Workspace, arguments: tuple[str, ...]) -> bool:
    """Run the demo life, showing its progress as it comes; return whether there is one."""
    if not (paths.REPO / "demo" / "life.py").is_file():
        say("demo/life.py is not there: going on without demo data")
        return False
    say("living through the demo life")
    script = paths.REPO / "scripts" / "inside" / "demo_life.py"
    log = log_file("demo")
    with log.open("w") as errors, subprocess.Popen(
            [str(work.venv.python), str(script), *arguments], env=work.environ, cwd=paths.REPO,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
        try:
            for line in process.stdout:
                say(f"  {line.rstrip()}")
        except KeyboardInterrupt:
            process.kill()
            raise
    if process.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise SetupError(f"The demo life failed:\n{tail}\nAll of it: {log}. Without the demo life: make run DEMO=0")
    return True


def _update_if_needed(work: Workspace, options, code: str) -> None:
    state = _read_state(work, options.db)
    if not state:
        raise SetupError(f"The database {options.db} was not made by make run. Choose another name (make run DB=...), "
                         f"or remove it with: make reset DB={options.db}")
    if state.get("lang") != options.lang or state.get("demo") != str(int(options.demo)):
        say(f"{options.db} exists with demo={state.get('demo')}, language {state.get('lang')}, and is used as it is; "
            "make reset to have it made anew")
    if state.get("code") != code:
        say("the addons have changed, updating the database")
        work.install(options.db, paths.suite_modules()[:1], update=True)
        _write_state(work, options.db, f"demo={state.get('demo')} lang={state.get('lang')} code={code}")


def _read_state(work: Workspace, database: str) -> dict[str, str]:
    try:
        value = work.databases.query(database, f"SELECT value FROM ir_config_parameter WHERE key = '{STATE}'")
    except SetupError:
        return {}
    return dict(part.split("=", 1) for part in value.split())


def _write_state(work: Workspace, database: str, state: str) -> None:
    work.databases.query(database, f"""
        INSERT INTO ir_config_parameter (key, value, create_date) VALUES ('{STATE}', '{state}', now())
        ON CONFLICT (key) DO UPDATE SET value = excluded.value""")


# -- the server ------------------------------------------------------------------


def _only_user_of(database: str) -> contextlib.AbstractContextManager:
    return exclusive(f"serving-{database}", f"Another make run is working on the database {database}. Stop it with "
                     "Ctrl-C in its terminal, or choose another database: make run DB=second PORT=8070")


def _pid_file(work: Workspace, database: str) -> Path:
    return work.data_dir / f"odoo-{database}.pid"


def _stop_left_over_server(work: Workspace, database: str) -> None:
    """Stop the Odoo whose ``make run`` was killed; it would hold the port and the database."""
    pid_file = _pid_file(work, database)
    text = pid_file.read_text(encoding="utf-8").strip() if pid_file.is_file() else ""
    if text.isdigit() and str(pid_file) in accounts.process_command(int(text)):
        say("stopping the Odoo of a run that was killed")
        os.kill(int(text), signal.SIGTERM)
        for _attempt in range(100):
            if not accounts.process_command(int(text)):
                break
            time.sleep(0.1)
        else:
            os.kill(int(text), signal.SIGKILL)
    pid_file.unlink(missing_ok=True)


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SetupError(f"Port {port} is taken by another program. Choose another: make run PORT=8070") from error


def _start_odoo(work: Workspace, options) -> subprocess.Popen:
    say("starting Odoo")
    command = work.odoo_command(
        "server", "-c", str(paths.CONFIG / "odoo.development.conf"), *work.odoo_options(options.db),
        f"--db-filter=^{options.db}$", "--http-interface=127.0.0.1", f"--http-port={options.port}",
        f"--pidfile={_pid_file(work, options.db)}")
    with log_file("odoo").open("w") as log:
        return subprocess.Popen(command, env=work.environ, cwd=paths.REPO, stdin=subprocess.DEVNULL,
                                stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def _wait_until_ready(server: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login", timeout=60) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    tail = "\n".join(log_file("odoo").read_text(errors="replace").splitlines()[-20:])
    raise SetupError(f"Odoo does not answer. The end of {log_file('odoo')}:\n{tail}")


def _stop_odoo(server: subprocess.Popen) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _print_addresses(options) -> None:
    base = f"http://127.0.0.1:{options.port}"
    say("ready")
    print(f"\n  website   {base}/\n  backend   {base}/odoo\n  portal    {base}/my\n"
          f"  till      {base}/odoo/action-point_of_sale.action_client_pos_menu\n  log       {log_file('odoo')}\n")
    for login, role in LOGINS if options.demo else LOGINS[:1]:
        print(f"  {login:10s} password: {login:10s} {role}")
    print("\n  Ctrl-C stops everything.\n", flush=True)
