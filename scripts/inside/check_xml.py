"""Fails if one of the given files is not well-formed XML."""

import sys

from lxml import etree

problems = []
for name in sys.argv[1:]:
    try:
        etree.parse(name)
    except etree.XMLSyntaxError as error:
        problems.append(f"{name}: {error}")
sys.exit("\n".join(problems) or 0)
