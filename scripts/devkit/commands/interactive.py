"""``make shell`` and ``make psql``: prompts on the database of ``make run``."""

import subprocess

from .. import paths, workspace
from .run import require_database


def shell(options) -> int:
    """Open Odoo's Python shell."""
    with workspace.opened("run") as work:
        require_database(work, options.db)
        return subprocess.call(work.odoo_command("shell", *work.odoo_options(options.db), "--no-http",
                                                 "--log-level=warn"), env=work.environ, cwd=paths.REPO)


def psql(options) -> int:
    """Open PostgreSQL's prompt."""
    with workspace.opened("run") as work:
        require_database(work, options.db)
        return subprocess.call([work.databases.programs / "psql", options.db], env=work.environ)
