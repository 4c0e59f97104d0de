"""``make i18n``: translation templates from the code, translations brought up to date."""

import os

from .. import paths, templates, workspace
from ..console import run, say

LANGUAGE = "zh_CN"


def update(_options) -> None:
    """Export each addon's .pot and merge it into its .po."""
    with workspace.opened("test") as work:
        database = f"gp_scratch_{os.getpid()}"
        work.databases.create(database, templates.SUITE.ensure(work))
        try:
            for module in paths.suite_modules():
                folder = paths.ADDONS / module / "i18n"
                folder.mkdir(exist_ok=True)
                draft = folder / f"{module}.new.po"
                run(work.odoo_command("i18n", "export", "-c", _config(work), "-d", database, "-l", "pot",
                                      "-o", str(draft), module),
                    f"Exporting the terms of {module}", env=work.environ, cwd=paths.REPO, log="i18n")
                say(work.run_inside("merge_translations.py", "Merging translations", str(draft),
                                    str(folder / f"{module}.pot"), str(folder / f"{LANGUAGE}.po"),
                                    LANGUAGE).strip())
        finally:
            work.databases.drop(database)


def _config(work) -> str:
    """Write the settings that ``odoo i18n`` takes from a file only."""
    path = work.data_dir / "i18n.conf"
    path.write_text(f"[options]\naddons_path = {paths.ADDONS}\ndata_dir = {work.data_dir}\nlog_level = warn\n",
                    encoding="utf-8")
    return str(path)
