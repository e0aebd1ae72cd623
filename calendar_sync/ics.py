"""iCalendar as a tree of raw content lines: what is not touched keeps its bytes (RFC 5545 section 3.1).

Every object is kept as the server sent it. An edit replaces single lines, a merge chooses between lines;
nothing is ever re-serialised by a library that might drop or reword what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.errors import SuiteError
from core.i18n import _

MAX_BYTES = 4_000_000
MAX_LINES = 200_000
MAX_DEPTH = 8
_LOGICAL = re.compile(rb"[^\r\n]*(?:(?:\r\n|\n|\r)[ \t][^\r\n]*)*(?:\r\n|\n|\r|\Z)")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_NAME = re.compile(rb"[A-Za-z0-9-]+(?=[;:])")
_PARAM = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_CARET = re.compile(r"\^([n'^])")
_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class Line:
    """One content line: ``raw`` holds its folds and its line end; ``name`` is upper case, empty for a
    stray line."""

    name: str
    raw: bytes

    def text(self) -> str:
        """The unfolded line without its end; bytes that are not UTF-8 are read as CP932, else replaced."""
        return decode(_FOLD.sub(b"", self.raw).rstrip(b"\r\n"))

    def split(self) -> tuple[dict[str, str], str]:
        """Parameters (upper-case names, quotes taken off) and the raw value."""
        text = self.text()
        at = len(self.name)
        params: dict[str, str] = {}
        while match := _PARAM.match(text, at):
            params[match[1].upper()] = match[2].replace('"', "")
            at = match.end()
        return params, text[at + 1 :] if text[at : at + 1] == ":" else text[at:].partition(":")[2]

    @property
    def value(self) -> str:
        return self.split()[1]


@dataclass(slots=True)
class Component:
    """``BEGIN:name`` … ``END:name`` with what stands between in its order. The root has no name."""

    name: str
    begin: bytes = b""
    end: bytes = b""
    parts: list[Line | Component] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        return (part for part in self.parts if isinstance(part, Line))

    def children(self) -> Iterator[Component]:
        return (part for part in self.parts if isinstance(part, Component))

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines() if line.name == name), None)

    def value(self, name: str) -> str:
        line = self.first(name)
        return line.value if line is not None else ""

    def walk(self, name: str) -> Iterator[Component]:
        """Every component called ``name`` at any depth."""
        for child in self.children():
            if child.name == name:
                yield child
            yield from child.walk(name)

    def replace(self, name: str, raw: bytes | None) -> None:
        """Put ``raw`` where the first line called ``name`` stands (or last); the others of that name go."""
        at = next((i for i, p in enumerate(self.parts) if isinstance(p, Line) and p.name == name), None)
        kept = [p for p in self.parts if not (isinstance(p, Line) and p.name == name)]
        if raw is not None:
            self.parts = kept
            position = sum(1 for p in kept if isinstance(p, Line)) if at is None else min(at, len(kept))
            self.parts.insert(position, Line(name, raw))
        else:
            self.parts = kept

    def raw(self) -> bytes:
        return b"".join(
            [self.begin, *(p.raw if isinstance(p, Line) else p.raw() for p in self.parts), self.end]
        )


def parse(raw: bytes) -> Component:
    """The tree of ``raw``; ``parse(raw).raw() == raw`` always. SuiteError CAL-001 when it is no iCalendar
    object."""
    if len(raw) > MAX_BYTES:
        raise unreadable(_("予定のデータが大きすぎます。"))
    root = Component("")
    stack = [root]
    count = 0
    for match in _LOGICAL.finditer(raw):
        line = match[0]
        if not line:
            continue
        count += 1
        if count > MAX_LINES:
            raise unreadable(_("予定のデータの行が多すぎます。"))
        name_match = _NAME.match(line)
        name = name_match[0].decode().upper() if name_match else ""
        if name == "BEGIN":
            if len(stack) > MAX_DEPTH:
                raise unreadable(_("予定のデータの入れ子が深すぎます。"))
            component = Component(_word(line), begin=line)
            stack[-1].parts.append(component)
            stack.append(component)
        elif name == "END":
            if len(stack) == 1 or stack[-1].name != _word(line):
                raise unreadable(_("予定のデータの BEGIN と END が合いません。"))
            stack.pop().end = line
        else:
            stack[-1].parts.append(Line(name, line))
    if len(stack) != 1:
        raise unreadable(_("予定のデータが途中で切れています。"))
    return root


def calendar(raw: bytes) -> Component:
    """The VCALENDAR of ``raw``. SuiteError CAL-001 when there is none."""
    found = next((c for c in parse(raw).children() if c.name == "VCALENDAR"), None)
    if found is None:
        raise unreadable(_("カレンダーのデータではありません。"))
    return found


def entries(root: Component) -> list[Component]:
    """The VEVENTs and VTODOs: master first, then overrides in their order."""
    found = [c for name in ("VEVENT", "VTODO") for c in root.walk(name)]
    return sorted(found, key=lambda c: c.first("RECURRENCE-ID") is not None)


def unfolded(raw: bytes) -> bytes:
    return _FOLD.sub(b"", raw)


def decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace")


def unescape(value: str) -> str:
    """TEXT as people read it (RFC 5545 section 3.3.11)."""
    if "\\" not in value:
        return value
    if "\\\\" not in value and value[-1] != "\\":  # nearly always: every backslash begins a pair of its own
        return value.replace("\\n", "\n").replace("\\N", "\n").replace("\\", "")
    return _UNESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def escape(text: str) -> str:
    """TEXT as the file has it; control characters that a line cannot hold go."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or ord(c) >= 32)
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def with_params(line: Line, changes: Mapping[str, str]) -> bytes:
    """``line`` with ``changes`` to its parameters (empty: taken out); the others keep their text. A value
    may hold anything but control characters (RFC 6868)."""
    text, at = line.text(), len(line.name)
    kept = []
    while match := _PARAM.match(text, at):
        kept += [] if match[1].upper() in changes else [match[0]]
        at = match.end()
    value = text[at + 1 :] if text[at : at + 1] == ":" else text[at:].partition(":")[2]
    added = [f";{name}={_quoted(said)}" for name, said in changes.items() if said]
    return fold(line.name + "".join(kept) + "".join(added) + ":" + value)


def plain(param: str) -> str:
    """A parameter's value as it was meant (RFC 6868)."""
    return _CARET.sub(lambda m: {"n": "\n", "'": '"'}.get(m[1], m[1]), param)


def _quoted(said: str) -> str:
    text = said.replace("^", "^^").replace("\r\n", "\n").replace("\n", "^n").replace('"', "^'")
    text = "".join(c for c in text if ord(c) >= 32 and ord(c) != 127)
    return text if re.fullmatch(r"[^:;,]*", text) else f'"{text}"'


def fold(text: str) -> bytes:
    """A content line of ``text``, folded at 75 octets between characters, with CRLF."""
    out, used = bytearray(), 0
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if used + len(encoded) > 75:
            out += b"\r\n "
            used = 1
        out += encoded
        used += len(encoded)
    return bytes(out) + b"\r\n"


def unreadable(why: str) -> SuiteError:
    return SuiteError(
        _("この予定を読めません。"),
        why,
        _("もとのデータはそのまま残しています。送り主に確かめるか、情報担当に連絡してください。"),
        "CAL-001",
    )


def _word(line: bytes) -> str:
    return decode(_FOLD.sub(b"", line)).partition(":")[2].strip().upper()
