"""``./mahoroba bench [FEATURE …] [--json FILE] [--write]``: measure, print, mark what misses its bar.

Without a feature all are measured but what takes as long as CI (``ALONE``). A part of one
(``desktop_start``) can be measured alone. ``--write`` keeps the records in ``figures.json`` and makes the
README's and docs/figures.md's tables anew; earlier runs are taken in by ``--from-json FILE … --write``. What
a part no longer measures is dropped from the kept ones, and named.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import tables
from benchmarks.record import Record

FEATURES: Mapping[str, tuple[str, ...]] = {
    "liaison": ("benchmarks.liaison", "benchmarks.liaison_desk"),
    "sharefolder": (
        "benchmarks.sharefolder_smb",
        "benchmarks.sharefolder_search",
        "benchmarks.sharefolder_inquiry",
        "benchmarks.sharefolder_window",
    ),
    "calendar": ("benchmarks.calendar",),
    "suite": (
        "benchmarks.suite",
        "benchmarks.suite_console",
        "benchmarks.suite_idle",
        "benchmarks.suite_search",
        "benchmarks.suite_ci",
    ),
    "sso": ("benchmarks.sso", "benchmarks.sso_storm"),
    "face": (
        "benchmarks.face_recognition",
        "benchmarks.face_liveness",
        "benchmarks.face_sign_in",
        "benchmarks.desktop_start",
    ),
}


ALONE = ("benchmarks.suite_ci",)
"""Parts that are measured only when they are named themselves."""


def part_of(module: str) -> str:
    return module.rpartition(".")[2]


def parts(wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(feature, module) of each feature or part that is wanted; when nothing is, of all but ``ALONE``."""
    for feature, modules in FEATURES.items():
        for module in modules:
            by_feature = module not in ALONE and (not wanted or feature in wanted)
            if by_feature or part_of(module) in wanted:
                yield feature, module


def measure(feature: str, module: str) -> Iterator[Record]:
    print(f"… {module}", file=sys.stderr, flush=True)
    for record in importlib.import_module(module).records():
        whole = record if isinstance(record, Record) else Record(**record)
        yield replace(whole, feature=feature)


def measure_all(wanted: Sequence[str], keep: Path | None) -> tuple[list[Record], list[str]]:
    """The records, and the modules that broke off: said, and the others go on. ``keep`` is written after each
    module, so that hours of measuring are not lost with the last."""
    records: list[Record] = []
    broken = []
    for feature, module in parts(wanted):
        own: list[Record] = []
        try:
            own.extend(measure(feature, module))
            own = [replace(each, part=part_of(module)) for each in own]
        except Exception:  # noqa: BLE001 - whatever it is, it is shown, and the exit code says no
            traceback.print_exc()
            broken.append(module)
        records += own
        if keep is not None:
            rows = [asdict(each) for each in records]
            keep.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return records, broken


def earlier(files: Sequence[Path]) -> list[Record]:
    """Records of earlier runs. Those that do not name their feature belong to the one that the file is named
    after, as a whole or in part."""
    found: list[Record] = []
    for file in files:
        feature = next((feature for feature, _module in parts([file.stem])), file.stem)
        own = tables.of_json(json.loads(file.read_text(encoding="utf-8")), feature)
        found = tables.renewed(found, own)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every bar holds, 1 when one is missed or a measurement broke off."""
    parser = argparse.ArgumentParser(prog="mahoroba bench", description=__doc__)
    names = sorted({*FEATURES, *(part_of(module) for modules in FEATURES.values() for module in modules)})
    parser.add_argument("feature", nargs="*", help=", ".join(names))
    parser.add_argument("--json", type=Path, help="write the records here")
    parser.add_argument(
        "--from-json", type=Path, action="append", help="print earlier runs instead; of two, the later counts"
    )
    parser.add_argument(
        "--write", action="store_true", help="keep the records and make the documents' tables anew"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.feature) - set(names):
        parser.error(f"{', '.join(sorted(unknown))}: none of {', '.join(names)}")
    if options.from_json:
        records, broken = earlier(options.from_json), []
    else:
        records, broken = measure_all(options.feature, options.json)
    for feature, own in tables.by_feature(records).items():
        print(f"\n{feature}\n\n{tables.table(own)}")
    if options.write:
        for each in tables.write(records):
            print(f"no longer measured, dropped: {each.feature}: {each.name} {each.peer}", file=sys.stderr)
    for module in broken:
        print(f"broke off: {module}", file=sys.stderr)
    return 1 if broken or any(record.held is False for record in records) else 0


if __name__ == "__main__":
    sys.exit(main())
