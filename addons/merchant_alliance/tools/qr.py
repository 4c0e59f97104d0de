"""QR codes for print: vectors, sharp at any size."""

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

SIZE = 320  # points; the picture scales


def draw_qr(text):
    """Return ``text`` (str) as a QR code: an SVG picture in ``bytes``, with the quiet zone that readers need.

    Error correction level M: readable with 15 % of it scratched.
    """
    drawing = createBarcodeDrawing("QR", value=text, width=SIZE, height=SIZE, barLevel="M", barBorder=4)
    # no hairlines between neighbouring squares
    return renderSVG.drawToString(drawing).replace("<svg ", '<svg shape-rendering="crispEdges" ', 1).encode()
