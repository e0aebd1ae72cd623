"""What a step wants on a laptop: one resource is one line of the plan that the agent reads.

The agent is POSIX sh, so a line is tab-separated fields without tabs, newlines or quotes; that is checked
here, at build time, and a path can only be a plain absolute one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_FIELD = re.compile(r"[^\t\n\r\0\"\\\x01-\x1f\x7f]*")
_PART = re.compile(r"[A-Za-z0-9_+@%:=,-][A-Za-z0-9._+@%:=,-]*|\.[A-Za-z0-9_][A-Za-z0-9._+-]*")


@dataclass(frozen=True)
class Resource:
    """``kind``: dir, only, file, line, accounts or probe; ``fields``: what the agent reads after the step.

    ``content``: the bytes of a file; its SHA-256 stands in the fields.
    """

    kind: str
    fields: tuple[str, ...]
    content: bytes = b""

    @property
    def parents(self) -> tuple[str, ...]:
        """The folders that must be there first, outermost first."""
        if self.kind not in ("file", "dir", "only", "line"):
            return ()
        path = PurePosixPath(self.fields[0])
        return tuple(str(p) for p in reversed(path.parents) if str(p) != "/")

    def line(self, step: str) -> str:
        return "\t".join((self.kind, step, *self.fields))


def file(path: str, text: str | bytes, mode: int = 0o644) -> Resource:
    """A file with exactly this content, owned by root."""
    content = text.encode() if isinstance(text, str) else text
    digest = hashlib.sha256(content).hexdigest()
    return Resource("file", (_path(path), f"{mode:o}", "0:0", digest), content)


def folder(path: str, mode: int = 0o755, owner: str = "0:0") -> Resource:
    """A folder of root with this mode."""
    return Resource("dir", (_path(path), f"{mode:o}", owner))


def only(path: str) -> Resource:
    """Nothing may lie in this folder but what the plan puts there."""
    return Resource("only", (_path(path),))


def line(path: str, key: str, text: str, mode: int = 0o644) -> Resource:
    """Exactly one line of the file begins with ``key``, and it is ``text``."""
    if not text.startswith(key) or not key:
        raise ValueError("the line begins with its key")
    return Resource("line", (_path(path), f"{mode:o}", "0:0", _text(key), _text(text)))


def accounts(names: list[str]) -> Resource:
    """No person's account (UID 1000-59999) but these."""
    return Resource("accounts", (" ".join(names),))


def probe(name: str, argument: str = "-") -> Resource:
    """A look at what cannot be set: ok, fail or unknown, with evidence."""
    return Resource("probe", (name, _text(argument) or "-"))


def _path(path: str) -> str:
    parts = path.split("/")[1:]
    if not path.startswith("/") or not parts or len(path) > 400:
        raise ValueError(f"not an absolute path: {path!r}")
    if not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"not a plain path: {path!r}")
    return path


def _text(text: str) -> str:
    if not _FIELD.fullmatch(text) or len(text) > 400:
        raise ValueError(f"not a plain field: {text!r}")
    return text
