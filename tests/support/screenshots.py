"""Pictures of what a tour has left on the screen, to be looked at."""

import base64
import os
from pathlib import Path
from unittest.mock import patch

from odoo.tests.common import ChromeBrowser

FOLDER = Path(os.environ.get("SCREENSHOTS", Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"))


class PicturedTours:
    """Mixin of ``HttpCase``: each tour that ends well leaves ``artifacts/screenshots/<picture>.png``."""

    def start_tour(self, url_path, tour_name, *args, picture=None, **kwargs):
        wait = ChromeBrowser._wait_code_ok

        def wait_and_capture(browser, *wait_args, **wait_kwargs):
            wait(browser, *wait_args, **wait_kwargs)
            image = browser._websocket_request("Page.captureScreenshot")["data"]
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / f"{picture or tour_name}.png").write_bytes(base64.b64decode(image))

        with patch.object(ChromeBrowser, "_wait_code_ok", wait_and_capture):
            super().start_tour(url_path, tour_name, *args, **kwargs)
