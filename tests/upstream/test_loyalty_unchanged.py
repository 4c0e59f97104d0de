"""Odoo's own loyalty tests end the same way with and without the suite installed."""

import concurrent.futures
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.databases import clone, workspace_path

REPO = Path(__file__).resolve().parents[2]
MODULES = ("loyalty", "sale_loyalty", "pos_loyalty", "website_sale_loyalty")
LEAST_PASSED = 100
TIME_LIMIT = 900


def run_tests(template, report, paths=None):
    """Run tests (Odoo's of loyalty, or those in ``paths``) on a clone of a template; return each one's outcome."""
    paths = paths or [workspace_path("core_addons") / module / "tests" for module in MODULES]
    with clone(template) as database:
        command = [
            sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-q", "--tb=no",
            "--rootdir", str(REPO), "-c", str(REPO / "pyproject.toml"), "-m", "not browser",
            "--odoo-http", f"--odoo-database={database.name}", f"--odoo-config={REPO / 'config' / 'odoo.test.conf'}",
            f"--odoo-addons-path={workspace_path('addons')}",
            "--odoo-extra", f"data-dir={workspace_path('data_dir')}",
            "--odoo-extra", f"db-filter=^{database.name}$", f"--junitxml={report}",
            *map(str, paths)]
        # a run of its own, not one of the processes that ours may be spread over
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run(command, cwd=REPO, env=environ, capture_output=True, text=True, timeout=TIME_LIMIT)
    assert report.is_file(), f"no report:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return read_outcomes(report)


def read_outcomes(report):
    """Return ``{test: passed, failed, error or skipped}`` of a JUnit file."""
    outcomes = {}
    for case in ET.parse(report).iter("testcase"):
        problems = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        outcomes[f"{case.get('classname')}.{case.get('name')}"] = problems[0] if problems else "passed"
    return outcomes


@pytest.mark.upstream
def test_loyalty_tests_end_the_same_way(tmp_path):
    templates = {"without": os.environ.get("GREEN_POINTS_LOYALTY_DB"),
                 "with": os.environ.get("GREEN_POINTS_LOYALTY_SUITE_DB")}
    if not all(templates.values()):
        pytest.skip("the databases with loyalty are made by make test only")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = {name: pool.submit(run_tests, template, tmp_path / f"{name}.xml")
                for name, template in templates.items()}
    without, with_suite = runs["without"].result(), runs["with"].result()
    assert sum(outcome == "passed" for outcome in without.values()) >= LEAST_PASSED
    changed = {name: (without.get(name), with_suite.get(name)) for name in without.keys() | with_suite.keys()
               if without.get(name) != with_suite.get(name)}
    assert not changed


@pytest.mark.upstream
def test_gift_cards_of_loyalty_earn_nothing(tmp_path):
    template = os.environ.get("GREEN_POINTS_LOYALTY_SUITE_DB")
    if not template:
        pytest.skip("the databases with loyalty are made by make test only")
    outcomes = run_tests(template, tmp_path / "cards.xml", [Path(__file__).with_name("stored_value.py")])
    assert list(outcomes.values()) == ["passed"] * 2, outcomes
