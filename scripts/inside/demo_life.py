"""Runs the demo life in a database: ``python demo_life.py DATABASE ADDONS DATA_DIR LANGUAGE``."""

import importlib
import sys
from pathlib import Path

import odoo.api
import odoo.tools
from odoo.modules.registry import Registry

SETTING = "green_points.demo_life"


def main(database: str, addons: str, data_dir: str, language: str) -> None:
    """Build the demo life, set the language of what it made, and record that it is complete."""
    odoo.tools.config.parse_config(
        ["-d", database, f"--addons-path={addons}", f"--data-dir={data_dir}", "--no-http", "--log-level=error"],
        setup_logging=True)
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    life = importlib.import_module("demo.life")
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        life.build(env, lang=language, progress=lambda text: print(text, flush=True))
        env["ir.config_parameter"].set_param(SETTING, "complete")


if __name__ == "__main__":
    main(*sys.argv[1:])
