"""The English catalogue: texts gathered from the code, checked for gaps, compiled for gettext.

``python -m desktop.locale.catalogue`` compiles (set-up does it); ``--update`` brings the .po files up to the
code; ``--check`` names every gap and exits 1 if there is one. One .po a package: a feature carries its own.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.files import write_atomically

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGES = {
    "calendar_sync": "desktop/pages/calendar",
    "sharefolder": "desktop/pages/sharefolder",
    "liaison": "desktop/pages/liaison",
    "office": "desktop/pages/office",
}
"""A feature's page speaks in the feature's own file."""
PACKAGES = ("core", "auth", *PAGES, "installer", "desktop")
LANGUAGE = "en"
COMPILED = HERE / LANGUAGE / "LC_MESSAGES" / "mahoroba.mo"
_KEYWORDS = {"_": None, "N_": None}
_NOISE = tuple(
    f'"{name}' for name in ("POT-Creation", "PO-Revision", "Generated-By", "Report", "Last-", "Language-Team")
)
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def po_file(package: str) -> Path:
    return HERE / LANGUAGE / f"{package}.po"


def texts_of(package: str) -> dict[str, set[str]]:
    """Every marked text of the package's code (and of its page), with the files where it stands."""
    others = () if package in PAGES else tuple(PAGES.values())
    found: dict[str, set[str]] = {}
    for folder in filter(None, (package, PAGES.get(package))):
        for name, _line, text, _comments, _context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=_KEYWORDS
        ):
            place = f"{folder}/{name}"
            if isinstance(text, str) and text and not place.startswith(others):
                found.setdefault(text, set()).add(place)
    return found


def read(package: str) -> Catalog:
    path = po_file(package)
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def _empty() -> Catalog:
    return Catalog(
        locale=LANGUAGE,
        project="Mahoroba",
        header_comment="# English texts of Mahoroba.",
        creation_date=_NO_DATE,  # else two builds of one commit would differ
        fuzzy=False,
    )


def update(package: str) -> None:
    """Add new texts untranslated, drop those that are gone, keep translations. Places name files, not lines:
    a line number would change the file with every edit of the code."""
    old, new = read(package), _empty()
    for text, files in sorted(texts_of(package).items(), key=lambda item: (min(item[1]), item[0])):
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(name, 0) for name in sorted(files)])
    if new or po_file(package).exists():
        out = BytesIO()
        write_po(out, new, width=0, omit_header=False, include_lineno=False, ignore_obsolete=True)
        lines = out.getvalue().decode().splitlines(keepends=True)
        kept = (line for line in lines if not line.startswith(_NOISE))
        write_atomically(po_file(package), "".join(kept).encode())


def gaps(package: str) -> Iterator[str]:
    """A line for each text that is missing, obsolete, fuzzy, or has other placeholders."""
    catalogue, texts = read(package), texts_of(package)
    for text in texts:
        message = catalogue.get(text)
        if message is None or not message.string:
            yield f"{package}: not translated: {text}"
        elif message.fuzzy:
            yield f"{package}: fuzzy: {text}"
        elif placeholders(text) != placeholders(str(message.string)):
            yield f"{package}: other placeholders: {text}"
    for message in catalogue:
        if message.id and message.id not in texts:
            yield f"{package}: obsolete: {message.id}"


def placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def contradictions(packages: Iterable[str]) -> Iterator[str]:
    """Texts that two packages translate differently: only one of them would be shown."""
    seen: dict[str, str] = {}
    for package in packages:
        for message in read(package):
            text, english = str(message.id), str(message.string)
            if text and english and seen.setdefault(text, english) != english:
                yield f"{package}: translated differently elsewhere: {text}"


def compile_all() -> None:
    """Write the one file that gettext reads."""
    whole = _empty()
    for package in PACKAGES:
        for message in read(package):
            if message.id and message.string:
                whole.add(message.id, message.string)
    out = BytesIO()
    write_mo(out, whole)
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    if not COMPILED.exists() or COMPILED.read_bytes() != out.getvalue():
        write_atomically(COMPILED, out.getvalue())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("packages", nargs="*", default=[])
    options = parser.parse_args(arguments)
    packages = [name for name in options.packages or PACKAGES if (ROOT / name).is_dir()]
    if options.update:
        for package in packages:
            update(package)
    if options.check:
        problems = [line for package in packages for line in gaps(package)] + list(contradictions(packages))
        print("\n".join(problems) or "the English catalogue is complete")
        return 1 if problems else 0
    compile_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
