"""Who made what is in the package: the bill of materials (CycloneDX 1.6) and the licence texts.

Both are written from what lies in the build's environment, so that nothing is listed that was not packed
from it, and nothing is packed that is not listed (a test).
"""

from __future__ import annotations

import json
import platform
import shutil
import sys
import sysconfig
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from core.version import SOURCE

ROOT = Path(__file__).resolve().parents[2]
BILL, NOTICES = "sbom.cdx.json", "NOTICES.txt"
BUILDING = frozenset({"altgraph", "pyinstaller-hooks-contrib", "pip", "setuptools", "babel"})
"""In the environment, and not in the package. PyInstaller is listed: its start-up code goes along."""
LICENCE_NAMES = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


@dataclass(frozen=True)
class Part:
    """One component. ``purl``: its package URL; ``licence``: as its makers write it; ``text``: the words."""

    name: str
    version: str
    purl: str
    licence: str
    text: str
    kind: str = "library"
    hashes: tuple[str, ...] = ()


def write(folder: Path, site: Path) -> None:
    """Put both files and each distribution's metadata (which libraries ask for by name) into ``folder``."""
    inside = folder / "_internal"
    found = [each for each in distributions(path=[str(site)]) if _key(each) not in BUILDING]
    for each in found:
        source = Path(str(each._path))  # type: ignore[attr-defined]  # the folder *.dist-info
        target = inside / source.name
        target.mkdir(exist_ok=True)
        for name in ("METADATA", "entry_points.txt"):
            if (source / name).is_file():
                shutil.copyfile(source / name, target / name)
        for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"):
            (target / name).unlink(missing_ok=True)
    parts = [*map(of_distribution, sorted(found, key=_key)), *others()]
    (folder / BILL).write_text(bill(parts), encoding="utf-8")
    (folder / NOTICES).write_text(text(parts), encoding="utf-8")


def of_distribution(each: Distribution) -> Part:
    """A Python package, with the licence that it declares and the texts that it carries."""
    meta = each.metadata
    name, version = str(meta["Name"]), each.version
    classified = [
        line.rpartition("::")[2].strip()
        for line in meta.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    declared = _field(each, "License-Expression")
    short = _field(each, "License")
    licence = declared or "; ".join(classified) or (short if len(short) < 100 else "")
    texts = [
        Path(str(each.locate_file(file))).read_text(encoding="utf-8", errors="replace")
        for file in each.files or ()
        if ".dist-info" in str(file) and file.name.upper().startswith(LICENCE_NAMES)
    ]
    beside = [
        Path(str(each.locate_file(file))).read_text(encoding="utf-8", errors="replace")
        for file in each.files or ()
        if not texts and file.name.upper().startswith(LICENCE_NAMES) and file.suffix in ("", ".txt", ".md")
    ]
    whole = "\n\n".join([*texts, *beside]) or short
    return Part(name, version, f"pkg:pypi/{_key(each)}@{version}", licence or _first_line(whole), whole)


def others() -> Iterator[Part]:
    """What is no Python package: the interpreter, the models, the icons, the colours, and the suite
    itself."""
    own = (ROOT / "LICENSE").read_text(encoding="utf-8")
    yield Part("mahoroba", SOURCE, f"pkg:generic/mahoroba@{SOURCE}", "MIT", own, "application")
    version = platform.python_version()
    licence = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    words = licence.read_text(encoding="utf-8") if licence.is_file() else sys.copyright
    yield Part("CPython", version, f"pkg:generic/python@{version}", "PSF-2.0", words, "platform")
    icons = (ROOT / "desktop" / "ui" / "icons" / "LICENSE").read_text(encoding="utf-8")
    yield Part("Phosphor Icons", "2", "pkg:npm/%40phosphor-icons/core@2", "MIT", icons, "data")
    lock = tomllib.loads((ROOT / "installer" / "models.lock").read_text(encoding="utf-8"))
    for model in lock["model"]:
        yield Part(
            model["name"],
            model["version"],
            f"pkg:generic/{model['name']}@{model['version']}",
            model["licence"],
            model["source"],
            "machine-learning-model",
            (model["sha256"],),
        )


def bill(parts: list[Part]) -> str:
    """CycloneDX 1.6 (ECMA-424) as JSON; no time and a serial number of its content: the same each time."""
    components = [_component(part) for part in parts]
    content = json.dumps(components, ensure_ascii=False, sort_keys=True)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "mahoroba-package",
                "name": "mahoroba",
                "version": SOURCE,
            }
        },
        "components": components,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _component(part: Part) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": part.kind,
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "licenses": [{"license": {"name": part.licence}}],
    }
    if part.hashes:
        made["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in part.hashes]
    return made


def text(parts: list[Part]) -> str:
    """The notices that go along: a heading a part, then its licence as its makers wrote it."""
    lines = ["まほろばに含まれるもの / What Mahoroba contains", ""]
    for part in parts:
        lines += ["=" * 80, f"{part.name} {part.version}", part.licence, "", part.text.strip(), ""]
    return "\n".join(lines)


def _field(each: Distribution, name: str) -> str:
    return str(each.metadata[name]).strip() if name in each.metadata else ""


def _key(each: Distribution) -> str:
    return str(each.metadata["Name"]).lower().replace("_", "-").replace(".", "-")


def _first_line(whole: str) -> str:
    return next((line.strip() for line in whole.splitlines() if line.strip()), "")[:100]
