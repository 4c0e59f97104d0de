"""Pictures that come from a client."""

import base64

from odoo.tools.mimetypes import guess_mimetype

PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")
PICTURE_BYTES = 6 * 2**20


def read_picture(env, file):
    """Return what a form's ``file`` holds, as base64, and what is wrong with it: one of both is None, or both."""
    content = file.read(PICTURE_BYTES + 1) if file else b""
    if not content:
        return None, None
    if len(content) > PICTURE_BYTES:
        return None, env._("The picture is larger than %s MB.", PICTURE_BYTES // 2**20)
    if guess_mimetype(content) not in PICTURE_TYPES:
        return None, env._("Please send a JPEG, PNG or WebP picture.")
    return base64.b64encode(content), None
