"""Merges exported terms: ``python merge_translations.py NEW POT PO LANGUAGE``."""

import sys
from pathlib import Path

import polib


def main(draft: str, template: str, translation: str, language: str) -> None:
    """Replace the template if a term changed, and give the translation the template's terms."""
    new, pot = polib.pofile(draft), Path(template)
    for entry in new:
        entry.msgstr = ""
    if not pot.is_file() or _terms(polib.pofile(template)) != _terms(new):
        new.save(template)
    Path(draft).unlink()
    po = polib.pofile(translation) if Path(translation).is_file() else _start(new, language)
    before = str(po)
    po.merge(polib.pofile(template))
    for entry in [entry for entry in po if entry.obsolete]:
        po.remove(entry)
    po.sort(key=lambda entry: entry.msgid)  # as the checker of translations wants them
    if str(po) != before or not Path(translation).is_file():
        po.save(translation)
    missing = len(po.untranslated_entries()) + len(po.fuzzy_entries())
    print(f"{pot.stem}: {len(po)} terms, {missing} to translate into {language}")


def _terms(catalogue: polib.POFile) -> list[tuple]:
    return [(entry.msgid, entry.msgctxt, entry.comment, tuple(entry.occurrences)) for entry in catalogue]


def _start(new: polib.POFile, language: str) -> polib.POFile:
    po = polib.POFile()
    po.metadata = {**new.metadata, "Language": language, "Content-Transfer-Encoding": "8bit",
                   "Plural-Forms": "nplurals=1; plural=0;"}
    return po


if __name__ == "__main__":
    main(*sys.argv[1:])
