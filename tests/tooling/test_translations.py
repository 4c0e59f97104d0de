"""Everything that the suite says exists in Simplified Chinese."""

import io
import re
from pathlib import Path

import polib
import pytest

from odoo.tools.translate import trans_export

ADDONS = Path(__file__).resolve().parents[2] / "addons"
SUITE = ("merchant_alliance", "green_points", "voucher_settlement", "risk_controls")
SAME_IN_BOTH = {  # terms that the checker of translations wants empty, because they read the same
    "0.00", "BIC", "ID", "SHA-256", "UTC", "m(n) − m(n−1)", "merchant_deposit", "rebate_pool",
    "redeemed_due", "risk_reserve", "vouchers_outstanding"}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdf%]|<[^>]+>")


def read(addon, name):
    return polib.pofile(str(ADDONS / addon / "i18n" / name))


@pytest.fixture(scope="module")
def exported(module_scratch_db):
    """What Odoo finds to translate in the code and views as they are."""
    terms = {}
    with module_scratch_db.open_env() as env:
        for addon in SUITE:
            target = io.BytesIO()
            trans_export(None, [addon], target, "po", env)
            terms[addon] = {entry.msgid for entry in polib.pofile(target.getvalue().decode())}
    return terms


@pytest.mark.parametrize("addon", SUITE)
def test_the_template_is_up_to_date(addon, exported):
    kept = {entry.msgid for entry in read(addon, f"{addon}.pot")}
    assert kept == exported[addon], "run: make i18n"


@pytest.mark.parametrize("addon", SUITE)
def test_every_term_is_translated(addon):
    chinese = read(addon, "zh_CN.po")
    assert {entry.msgid for entry in chinese} == {entry.msgid for entry in read(addon, f"{addon}.pot")}
    missing = {entry.msgid for entry in [*chinese.untranslated_entries(), *chinese.fuzzy_entries()]}
    assert missing <= SAME_IN_BOTH, sorted(missing - SAME_IN_BOTH)


@pytest.mark.parametrize("addon", SUITE)
def test_what_is_filled_in_stays(addon):
    changed = [entry.msgid for entry in read(addon, "zh_CN.po").translated_entries()
               if sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr))]
    assert changed == []
