"""Fails if one of the given files is longer than a person reads at once."""

import sys
from pathlib import Path

LIMIT = 400
problems = []
for name in sys.argv[1:]:
    length = len(Path(name).read_text(encoding="utf-8").splitlines())
    if length > LIMIT:
        problems.append(f"{name}: {length} lines, at most {LIMIT}")
sys.exit("\n".join(problems) or 0)
