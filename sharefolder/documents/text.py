"""The words of a document, by kind. Runs in the limited child only: every file is hostile."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from sharefolder.documents.kinds import SHEETS, TEXT
from sharefolder.index import bigram

MAX_CHARACTERS = 1_000_000
MAX_MEMBER = 120_000_000  # bytes of one unpacked part: what is larger is a bomb
MAX_PAGES = 3_000
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_BETWEEN_KANJI = re.compile(r"(?<=[\u3040-\u9fff])[ \t\u3000]*\r?\n[ \t\u3000]*(?=[\u3040-\u9fff])")


class Unreadable(Exception):  # noqa: N818 - said to the person as a reason
    """``args[0]`` is a short English reason; the parent words it."""


class _More(str):
    """Comes after what a kind's reader gives where it has left something out."""


def extract(path: Path) -> str:
    """At most ``MAX_CHARACTERS`` of the words in ``path``, paragraphs and cells apart by line ends."""
    return _first(_parts_of(path))[0]


def _parts_of(path: Path) -> Iterator[str]:
    suffix = path.suffix.lower().removeprefix(".")
    by_kind: dict[str, Callable[[Path], Iterator[str]]] = {"pdf": _pdf}
    by_kind |= dict.fromkeys(TEXT, _plain) | dict.fromkeys(SHEETS, _sheets)
    by_kind |= dict.fromkeys(("docx", "docm"), _word) | dict.fromkeys(("pptx", "pptm"), _slides)
    return by_kind[suffix](path)


def _first(parts: Iterator[str]) -> tuple[str, bool]:
    """``MAX_CHARACTERS`` of ``parts``, joined; and whether that is all."""
    found: list[str] = []
    left = MAX_CHARACTERS
    for part in parts:
        if left <= 0 or isinstance(part, _More):
            return "\n".join(found), False
        found.append(part[:left])
        left -= len(part)
        if left < 0:
            return "\n".join(found), False
        left -= 1
    return "\n".join(found), True


def lines(path: Path) -> tuple[str, bool]:
    """``bigram.lines`` of what is in ``path``, of at most ``MAX_CHARACTERS``, for the index; and whether that
    is all. Of a workbook each different cell is looked at once, in no order."""
    sheets = path.suffix.lower().removeprefix(".") in SHEETS
    text, whole = _first(_cells_once(path) if sheets else _parts_of(path))
    return bigram.lines(text.encode("utf-8", "replace").decode()), whole


def decode(content: bytes) -> str:
    """Text by its byte order mark, else UTF-8, Shift_JIS (cp932), EUC-JP; what is none of them is refused."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:
        raise Unreadable("not text")
    if (text := _decoded(content, "utf-8-sig")) is not None:
        return text
    found = [text for name in ("cp932", "euc_jp") if (text := _decoded(content, name)) is not None]
    if not found:
        return content.decode("cp932", "replace")
    return min(found, key=lambda text: len(_HALF_WIDTH.findall(text)))  # EUC read as cp932 is full of them


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        our_own_cut = len(content) >= MAX_CHARACTERS and len(content) - error.start < 4
        return content[: error.start].decode(encoding) if our_own_cut else None


def _plain(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield decode(file.read(MAX_CHARACTERS * 3))
        if file.read(1):
            yield _More()


def _sheets(path: Path) -> Iterator[str]:
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            yield name
            for row in workbook.get_sheet_by_name(name).iter_rows():
                words = [str(cell) for cell in row if cell not in ("", None)]
                if words:
                    yield "\n".join(words)
    except Exception as error:  # noqa: BLE001 - a hostile document raises anything
        yield from _sheets_by_hand(path, error)


def _cells_once(path: Path) -> Iterator[str]:
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        cells: set[object] = set(workbook.sheet_names)
        for name in workbook.sheet_names:
            cells.update(*workbook.get_sheet_by_name(name).iter_rows())
        yield from map(str, cells)
    except Exception as error:  # noqa: BLE001 - a hostile document raises anything
        yield from _sheets_by_hand(path, error)


def _sheets_by_hand(path: Path, error: Exception) -> Iterator[str]:
    """What a workbook that calamine does not open (``error``) still says."""
    if not zipfile.is_zipfile(path):
        raise Unreadable(reason(error)) from error
    yield from _parts(path, r"xl/(sharedStrings|worksheets/sheet\d+)\.xml", "t", "si|row")


def reason(error: BaseException) -> str:
    """A library's complaint in one of our few words."""
    words = str(error).lower()
    if "password" in words or "encrypt" in words:
        return "password"
    return "damaged"


def _word(path: Path) -> Iterator[str]:
    yield from _parts(path, r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml", "t", "p")


def _slides(path: Path) -> Iterator[str]:
    yield from _parts(path, r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml", "t", "p")


def _parts(path: Path, wanted: str, leaf: str, block: str) -> Iterator[str]:
    """The text of ``leaf`` elements, joined inside each ``block``, of the parts whose names match."""
    if path.open("rb").read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":  # an OLE file in an OOXML's place
        raise Unreadable("password")
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if re.fullmatch(wanted, n)]
            if not names:
                raise Unreadable("damaged")
            for name in sorted(names):
                with archive.open(name) as part:
                    yield from _elements(Bounded(part), leaf, block.split("|"))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, EOFError, NotImplementedError) as error:
        raise Unreadable("damaged") from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise Unreadable("password") from error


class Bounded:
    """A part that ends in an error when it unpacks to more than a real one would."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._left = file, MAX_MEMBER

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(min(1 << 16, size) if size > 0 else 1 << 16)
        self._left -= len(chunk)
        if self._left < 0:
            raise Unreadable("too large")
        return chunk


def _elements(part: Bounded, leaf: str, blocks: list[str]) -> Iterator[str]:
    words: list[str] = []
    tags = [f"{{*}}{leaf}", *(f"{{*}}{each}" for each in blocks)]
    for _event, element in etree.iterparse(
        part, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    ):
        if element.tag.endswith(f"}}{leaf}"):
            words.append(element.text or "")
        else:
            if text := "".join(words):
                yield text
            words = []
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    if text := "".join(words):
        yield text


def _pdf(path: Path) -> Iterator[str]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            for number in range(min(len(document), MAX_PAGES)):
                page = document[number]
                text = page.get_textpage()
                yield _BETWEEN_KANJI.sub("", text.get_text_bounded())
                text.close()
                page.close()
            if len(document) > MAX_PAGES:
                yield _More()
    except pypdfium2.PdfiumError as error:
        raise Unreadable(reason(error)) from error
