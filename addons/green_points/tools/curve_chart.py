"""Picture of a policy's curve, as SVG markup that needs no script."""

from markupsafe import Markup

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560, 220, 36, 24, 12


def render_curve(multiples, title):
    """Return the curve through ``multiples`` as ``Markup``.

    :param list multiples: m(0) … m(N) as ``Decimal``, N >= 1, m(N) > 0 unless all are 0
    :param str title: accessible title
    """
    count = len(multiples) - 1
    highest = float(multiples[-1]) or 1.0

    def x(age):
        return round(LEFT + (WIDTH - LEFT - 10) * age / count, 1)

    def y(multiple):
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * float(multiple) / highest, 1)

    line = Markup(" ").join(Markup("%s,%s") % (x(age), y(m)) for age, m in enumerate(multiples))
    area = Markup("%s,%s ") % (x(0), y(0)) + line + Markup(" %s,%s") % (x(count), y(0))
    marks = Markup("")
    for quarter in range(5):
        value = highest * quarter / 4
        marks += Markup(
            '<line x1="%s" x2="%s" y1="%s" y2="%s" stroke="#8886" stroke-width="0.5"/>'
            '<text x="%s" y="%s" font-size="10" text-anchor="end" fill="currentColor">%s</text>'
        ) % (LEFT, WIDTH - 10, y(value), y(value), LEFT - 5, y(value) + 3, f"{value:g}×")
    for age in sorted({0, count // 4, count // 2, count * 3 // 4, count}):
        marks += Markup(
            '<text x="%s" y="%s" font-size="10" text-anchor="middle" fill="currentColor">%s</text>'
        ) % (x(age), HEIGHT - 8, age)
    return Markup(
        '<svg role="img" viewBox="0 0 %s %s" style="width:100%%;max-width:%spx">'
        '<title>%s</title>%s<polygon points="%s" fill="#2e9e5b22"/>'
        '<polyline points="%s" fill="none" stroke="#2e9e5b" stroke-width="2"/></svg>'
    ) % (WIDTH, HEIGHT, WIDTH, title, marks, area, line)
