"""Makes a language the default: ``python set_language.py DATABASE ADDONS DATA_DIR LANGUAGE``."""

import sys

import odoo.api
import odoo.tools
from odoo.fields import Command
from odoo.modules.registry import Registry


def main(database: str, addons: str, data_dir: str, language: str) -> None:
    """Set the language of people and websites; every installed language stays selectable."""
    odoo.tools.config.parse_config(
        ["-d", database, f"--addons-path={addons}", f"--data-dir={data_dir}", "--no-http", "--log-level=error"],
        setup_logging=True)
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        languages = env["res.lang"].search([("active", "=", True)])
        env["website"].search([]).write({
            "language_ids": [Command.set(languages.ids)],
            "default_lang_id": languages.filtered(lambda lang: lang.code == language).id,
        })
        env["ir.default"].set("res.partner", "lang", language)
        env["res.users"].with_context(active_test=False).search([]).partner_id.write({"lang": language})


if __name__ == "__main__":
    main(*sys.argv[1:])
