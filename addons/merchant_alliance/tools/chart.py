"""What a page says of a chart: drawn by the interaction ``alliance_chart``, and readable as a table without it."""

import json

from babel.dates import format_skeleton

from odoo.tools.misc import babel_locale_parse

from .money import from_cents


def make_chart(key, title, labels, series, kind="bar"):
    """Return a chart.

    :param str key: names it within the page
    :param list labels: text of each column
    :param list series: of :func:`make_series`
    :param str kind: ``bar`` or ``doughnut``
    """
    drawn = [{name: one[name] for name in ("label", "values", "texts", "line")} for one in series]
    return {"key": key, "title": title, "labels": labels, "series": series,
            "json": json.dumps({"kind": kind, "labels": labels, "series": drawn})}


def make_series(label, values, currency=None, line=False):
    """Return a row of figures of a chart.

    :param list values: numbers, or cents where there is a ``currency``
    :param bool line: drawn as a line, beside columns
    """
    if currency:
        amounts = [float(from_cents(value, currency)) for value in values]
        return {"label": label, "values": amounts, "texts": list(map(currency.format, amounts)), "line": line}
    return {"label": label, "values": values, "texts": list(map(str, values)), "line": line}


def label_buckets(env, span):
    """Return a short text for each hour or day of a :class:`~.span.Span`, in the user's language."""
    if span.by_hour:
        return [f"{bucket:%H:%M}" for bucket in span.buckets]
    locale = babel_locale_parse(env.lang or "en_US")
    return [format_skeleton("MMMd", bucket, locale=locale) for bucket in span.buckets]
