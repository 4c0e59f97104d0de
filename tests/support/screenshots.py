"""Pictures of what a tour has left on the screen, to be looked at."""

import base64
import os
from pathlib import Path
from unittest.mock import patch

from odoo.tests.common import ChromeBrowser
from odoo.tools.misc import file_path

FOLDER = Path(os.environ.get("SCREENSHOTS", Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"))


# Debian's package of Odoo leaves this file out, and the browser would complain.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def file_is_there(path: str) -> bool:
    """Tell whether a file of an addon exists."""
    try:
        return bool(file_path(path))
    except FileNotFoundError:
        return False


class PicturedTours:
    """Mixin of ``HttpCase``: each tour that ends well leaves ``artifacts/screenshots/<picture>.png``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not file_is_there(LEFT_OUT):
            cls.env["ir.asset"].create({
                "name": "left out", "bundle": "web.assets_backend", "directive": "remove", "path": LEFT_OUT})

    def start_tour(self, url_path, tour_name, *args, picture=None, **kwargs):
        wait = ChromeBrowser._wait_code_ok

        def wait_and_capture(browser, *wait_args, **wait_kwargs):
            wait(browser, *wait_args, **wait_kwargs)
            image = browser._websocket_request("Page.captureScreenshot")["data"]
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / f"{picture or tour_name}.png").write_bytes(base64.b64decode(image))

        with patch.object(ChromeBrowser, "_wait_code_ok", wait_and_capture):
            super().start_tour(url_path, tour_name, *args, **kwargs)
