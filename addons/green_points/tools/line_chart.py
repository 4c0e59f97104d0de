"""Several lines in one picture, as SVG markup that needs no script."""

import math

from markupsafe import Markup

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 240, 52, 24, 10, 10
COLOURS = ("#2e9e5b", "#1f77b4", "#d62728", "#ff7f0e", "#9467bd", "#8c564b", "#17becf", "#7f7f7f")
POINTS = 160  # a line's corners at most: the picture is 640 wide


def render_lines(series, title, x_labels=None, suffix=""):
    """Return a chart of ``series`` with its legend, as ``Markup``; no more than eight lines can be told apart.

    :param list series: ``(name, values)``; values are numbers, NaN where there is none; all lines share the x axis
    :param str title: accessible title
    :param list x_labels: ``(index, text)`` on the x axis; otherwise first, middle and last index
    :param str suffix: after each number of the y axis
    """
    count = max((len(values) for _name, values in series), default=0)
    known = [float(value) for _name, values in series for value in values if not math.isnan(value)]
    if not known:
        return Markup("")
    highest = max(known) or 1.0
    labels = x_labels or [(index, index) for index in sorted({0, (count - 1) // 2, count - 1})]

    def x(index):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * index / max(count - 1, 1), 1)

    def y(value):
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / highest, 1)

    marks = Markup("")
    for quarter in range(5):
        value = highest * quarter / 4
        marks += Markup(
            '<line x1="%s" x2="%s" y1="%s" y2="%s" stroke="#8886" stroke-width="0.5"/>'
            '<text x="%s" y="%s" font-size="10" text-anchor="end" fill="currentColor">%s</text>'
        ) % (LEFT, WIDTH - RIGHT, y(value), y(value), LEFT - 5, y(value) + 3, f"{value:,.3g}{suffix}"
             if highest < 1000 else f"{value:,.0f}{suffix}")
    for index, text in labels:
        marks += Markup('<text x="%s" y="%s" font-size="10" text-anchor="middle" fill="currentColor">%s</text>') % (
            x(index), HEIGHT - 8, text)
    lines, legend = Markup(""), Markup("")
    for (name, values), colour in zip(series, COLOURS, strict=False):
        lines += Markup('<polyline points="%s" fill="none" stroke="%s" stroke-width="1.8"/>') % (
            " ".join(f"{x(index)},{y(float(values[index]))}" for index in _thin(values)), colour)
        legend += Markup(
            '<span style="white-space:nowrap;margin-right:1em"><span style="color:%s">&#9632;</span> %s</span>') % (
            colour, name)
    return Markup(
        '<div><svg role="img" viewBox="0 0 %s %s" style="width:100%%;max-width:%spx"><title>%s</title>%s%s</svg>'
        '<div class="small">%s</div></div>') % (WIDTH, HEIGHT, WIDTH, title, marks, lines, legend)


def _thin(values):
    """Return the indexes of the corners that are drawn: first and last always, those without a number never."""
    last = len(values) - 1
    step = max(1, math.ceil(len(values) / POINTS))
    return [index for index in range(len(values))
            if (index % step == 0 or index == last) and not math.isnan(values[index])]
