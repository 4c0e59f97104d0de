"""Makes the scripts and styles of pages beforehand: ``python prepare_pages.py DATABASE ADDONS DATA_DIR``.

A test is rolled back with what it made, so without this each one that opens a page would make them again.
"""

import sys

import odoo.api
import odoo.tools
from odoo.modules.registry import Registry
from odoo.tools.misc import file_path

# Debian's package of Odoo leaves this file out, and the browser would complain.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"

BACKEND = ("web.assets_web", "web.assets_tests", "web.__assets_tests_call__", "point_of_sale.assets_prod",
           "web.report_assets_common", "web.report_assets_pdf")
WEBSITE = ("web.assets_frontend", "web.assets_frontend_lazy", "web.assets_frontend_minimal", "web.assets_tests",
           "web.__assets_tests_call__", "web.report_assets_common", "web.report_assets_pdf")


def main(database: str, addons: str, data_dir: str) -> None:
    """Make the bundles of the backend, of the till and of the website."""
    odoo.tools.config.parse_config(
        ["-d", database, f"--addons-path={addons}", f"--data-dir={data_dir}", "--no-http", "--log-level=error"],
        setup_logging=True)
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        leave_out_missing(env)
        make_bundles(env, BACKEND)
        for website in env["website"].search([]):
            make_bundles(env(context={"website_id": website.id}), WEBSITE)


def leave_out_missing(env) -> None:
    """Take a script that is not there out of the backend's bundle."""
    try:
        file_path(LEFT_OUT)
    except FileNotFoundError:
        env["ir.asset"].create({
            "name": "left out", "bundle": "web.assets_backend", "directive": "remove", "path": LEFT_OUT})


def make_bundles(env, names) -> None:
    """Make the scripts and the styles of some bundles."""
    for name in names:
        env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()
        env["ir.qweb"]._get_asset_bundle(name, css=True, js=False).css()


if __name__ == "__main__":
    main(*sys.argv[1:])
