"""The limited process: one JSON request a line on stdin, one JSON answer a line on the real stdout.

What it may use is bounded before the first document is opened: memory, file size (it writes none), open
files. Time is bounded by the parent, which ends it. A library that prints, panics or dies harms only this.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

MEMORY = 1 << 30


def limit() -> None:
    """Take away what no document needs (POSIX; on Windows the parent's time limit remains)."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _text(request: Mapping[str, Any]) -> Any:
    from sharefolder.documents.text import extract

    return extract(Path(request["path"]))


def _lines(request: Mapping[str, Any]) -> Any:
    from sharefolder.documents.text import lines

    return lines(Path(request["path"]))


def _cells(request: Mapping[str, Any]) -> Any:
    from sharefolder.documents.workbook import read

    return read(Path(request["path"]))


def _fill(request: Mapping[str, Any]) -> Any:
    from sharefolder.documents.filling import fill

    return fill(Path(request["path"]), request["sheet"], request["cells"])


def _picture(request: Mapping[str, Any]) -> Any:
    from sharefolder.documents.picture import make

    return make(Path(request["path"]))


def _thumbnail(request: Mapping[str, Any]) -> Any:
    from sharefolder.documents.picture import SMALL, make

    return make(Path(request["path"]), SMALL)


def _ready(_request: Mapping[str, Any]) -> Any:
    return True


VERBS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "ready": _ready,
    "text": _text,
    "lines": _lines,
    "cells": _cells,
    "fill": _fill,
    "picture": _picture,
    "thumbnail": _thumbnail,
}


def answer(line: str) -> dict[str, Any]:
    """The answer to one request: ``{"ok": …}`` or ``{"failed": reason}``."""
    from sharefolder.documents.text import Unreadable, reason

    request = json.loads(line)
    try:
        return {"ok": VERBS[request["verb"]](request)}
    except Unreadable as error:
        return {"failed": str(error)}
    except MemoryError:
        return {"failed": "too large"}
    except FileNotFoundError:
        return {"failed": "gone"}
    except PermissionError:
        return {"failed": "no right"}
    except Exception as error:  # noqa: BLE001 - a hostile document raises anything
        return {"failed": reason(error)}
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return {"failed": "damaged"}


def main() -> None:
    """Answer until stdin ends."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what libraries print is no answer
    os.dup2(nowhere, 2)
    limit()
    for line in sys.stdin:
        made = json.dumps(answer(line), ensure_ascii=False)
        channel.write(made + "\n")
        channel.flush()


if __name__ == "__main__":
    main()
