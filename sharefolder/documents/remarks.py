"""What a person has said in a workbook otherwise than in its cells. Runs in the limited child.

Notes on cells, and shapes: offices circle a choice (ellipses), write into text boxes, tick form controls.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any

from blake3 import blake3
from lxml import etree

from sharefolder.documents.text import Bounded, Unreadable

_NOTES = re.compile(r"xl/(comments\d*|comments/comment\d*|threadedComments/threadedComment\d*)\.xml")
_SHAPES = re.compile(r"xl/drawings/drawing\d*\.xml")
_CONTROLS = re.compile(r"xl/ctrlProps/ctrlProp\d*\.xml")
_MOST = 10_000


def mark(archive: zipfile.ZipFile) -> str:
    """Short, and the same as long as nothing of it changes, whichever program saves the workbook; empty where
    there is none. Raises Unreadable."""
    said = sorted(each for name in archive.namelist() for each in _said(archive, name))
    return blake3("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16] if said else ""


def _said(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    kinds = ((_NOTES, _note), (_SHAPES, _shape), (_CONTROLS, _control))
    tell = next((tell for pattern, tell in kinds if pattern.fullmatch(name)), None)
    if tell is None:
        return
    with archive.open(name) as part:
        bounded = Bounded(part)
        content = b"".join(iter(bounded.read, b""))
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Unreadable("damaged") from error
    for number, each in enumerate(tell(root)):
        if number > _MOST:
            raise Unreadable("too large")
        yield each


def _note(root: Any) -> Iterator[str]:
    """18.7.3, and those that are answered each other (MS-XLSX 2.6.203)."""
    for each in root.iter("{*}comment", "{*}threadedComment"):
        yield f"note {each.get('ref')} {_texts(each)}"


def _shape(root: Any) -> Iterator[str]:
    """20.5.2: where each begins, and what is written in it."""
    for each in root.iter("{*}twoCellAnchor", "{*}oneCellAnchor", "{*}absoluteAnchor"):
        begins = [each.findtext(f"{{*}}from/{{*}}{way}", "") for way in ("row", "col")]
        yield f"shape {' '.join(begins)} {_texts(each)}"


def _control(root: Any) -> Iterator[str]:
    """A form control's state (MS-OI29500 2.1.635): checked, or which of a list."""
    yield f"control {root.get('objectType')} {root.get('checked')} {root.get('sel')} {root.get('val')}"


def _texts(element: Any) -> str:
    return "".join("".join(each.itertext()) for each in element.iter("{*}t", "{*}text")).strip()
