"""The support bundle: one small archive of versions, settings, self-test and scrubbed logs.

What is put in is chosen, never what is left out: settings by their declaration (a free text only says that it
is set), the self-test by its codes, the log by ``scrub``. No database, picture or document goes in.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Literal, get_origin

from core.clock import TOKYO
from core.config import Config
from core.errors import SuiteError
from core.files import write_atomically
from core.i18n import _
from core.log import FILE_BYTES, FILES_KEPT
from core.paths import Paths
from core.settings.declared import declared
from core.version import version
from installer.selftest import Result
from installer.support.scrub import Scrubber, known_here

README = """\
まほろば サポート用の記録 / Mahoroba support bundle

versions.json   版と部品 / versions
settings.json   設定と、決めた所。自由に書く欄は「ある・ない」だけ / settings; free texts only as set or not
self-test.json  自己診断の結果（番号だけ） / the self-test, by codes
log/            動作の記録。氏名・番号・場所・文章は「▢」に置き換えてあります / logs, people taken out
"""
PLACES = (
    "servers.realm",
    "servers.matcher",
    "servers.signer",
    "tickets.proxy",
    "tickets.share",
    "tickets.applications",
)
"""Texts that name an office's servers, which IT needs and which name nobody."""
_FOLDER_ENTRY = (1980, 1, 1, 0, 0, 0)


def name_now() -> str:
    """A file name that sorts by time and says nothing about the machine."""
    return f"mahoroba-support-{datetime.now(TOKYO):%Y%m%d-%H%M%S}.zip"


def write(target: Path, paths: Paths, config: Config, results: Sequence[Result]) -> Path:
    """Make the bundle at ``target`` (0600; whole or not at all). SuiteError SUPPORT-001."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members(paths, config, results):
            archive.writestr(zipfile.ZipInfo(name, _FOLDER_ENTRY), content, zipfile.ZIP_DEFLATED)
    try:
        write_atomically(target, out.getvalue())
    except OSError as error:
        raise SuiteError(
            _("サポート用の記録を保存できませんでした。"),
            _("「{name}」に書き込めません。").format(name=target.name),
            _("空きのある、書き込める場所を選んでください。"),
            "SUPPORT-001",
        ) from error
    return target


def _members(paths: Paths, config: Config, results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    yield "README.txt", README
    yield "versions.json", _json(versions())
    yield "settings.json", _json(settings(config))
    yield "self-test.json", _json([_row(each) for each in results])
    scrubber = Scrubber(known_here(paths))
    for number in range(FILES_KEPT + 1):
        file = paths.state / "log" / ("mahoroba.log" + (f".{number}" if number else ""))
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as lines:
                text = lines.read(2 * FILE_BYTES)
            yield f"log/{file.name}", "\n".join(map(scrubber.line, text.splitlines())) + "\n"


def versions() -> dict[str, Any]:
    """Of the suite, its parts and the system; not the machine's name."""
    parts = {each.metadata["Name"]: each.version for each in distributions() if each.metadata["Name"]}
    return {
        "mahoroba": version(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "distribution": _distribution(),
        "processor": platform.machine(),
        "packaged": bool(getattr(sys, "frozen", False)),
        "parts": dict(sorted(parts.items())),
    }


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")[:100]
    except OSError:
        return ""


def settings(config: Config) -> dict[str, dict[str, Any]]:
    """Each declared setting: its value where that can name nobody, and where it comes from."""
    found = {}
    for one in declared():
        section, _dot, name = one.key.partition(".")
        value = getattr(getattr(config, section), name)
        free = not (
            isinstance(value, bool | int | float) or get_origin(one.kind) is Literal or one.key in PLACES
        )
        shown = ("set" if value else "not set") if free else _without_user(value)
        found[one.key] = {"value": shown, "from": config.origin(one.key).source}
    return found


def _without_user(value: object) -> object:
    """An address without the name and password that somebody may have written into it."""
    if isinstance(value, str) and "@" in value:
        before, _slashes, rest = value.rpartition("//")
        return f"{before}//{rest.rpartition('@')[2]}" if before else rest.rpartition("@")[2]
    return value


def _row(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    return {
        "key": result.key,
        "state": outcome.state.value,
        "code": outcome.code,
        "seconds": round(result.seconds, 2),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)
