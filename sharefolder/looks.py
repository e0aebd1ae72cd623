"""What is inside a document, without opening it: its words and small pictures, made by limited children."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

from sharefolder.documents.kinds import PICTURED
from sharefolder.documents.sandbox import Answer, Sandbox
from sharefolder.index import crawl
from sharefolder.index.snippet import Snippet, snippet
from sharefolder.index.store import kind
from sharefolder.local import LocalStorage
from sharefolder.model import Entry, Version
from sharefolder.ports import Storage
from sharefolder.transfer import Source
from sharefolder.versions import AsItWas, entry_of

_LOCAL_PICTURE, _FETCHED_PICTURE = 50_000_000, 4_000_000
"""Bytes of a file of which a row's picture is made."""


class Looks:
    """``at`` gives a place's storage. Safe from any thread; rows have a child of their own, so that a large
    document that somebody looks at never holds up the list."""

    def __init__(self, at: Callable[[str], Storage]) -> None:
        self._at = at
        self.looking, self.small = Sandbox(timeout=5.0), Sandbox(timeout=3.0)

    def words(self, place: str, entry: Entry) -> Answer:
        """The words in a document; ``reason`` where there are none."""
        return self._words(self._at(place), entry)

    def version_words(self, place: str, entry: Entry, version: Version) -> Answer:
        """The words in a document as it was."""
        return self._words(AsItWas(self._at(place), version), entry_of(entry, version))

    def sentence(self, place: str, entry: Entry, words: str) -> Snippet | None:
        """Where the words stand in a document, read now with this reader's own rights."""
        text = self.words(place, entry).value
        return snippet(text, words) if isinstance(text, str) else None

    def picture(self, place: str, entry: Entry) -> bytes:
        """A small PNG of an image or a PDF's first page; empty: there is none."""
        if kind(entry) not in PICTURED:
            return b""
        return _png(crawl.look_into(self._at(place), entry, self.looking, "picture"))

    def has_thumbnail(self, place: str, entry: Entry) -> bool:
        """Whether a picture for its row is worth making: from a server all of the file has to be fetched."""
        here = isinstance(self._at(place), LocalStorage)
        most = _LOCAL_PICTURE if here else _FETCHED_PICTURE
        return kind(entry) in PICTURED and entry.size <= most

    def thumbnail(self, place: str, entry: Entry) -> bytes:
        """A PNG for a row of the list; empty: there is none."""
        return _png(crawl.look_into(self._at(place), entry, self.small, "thumbnail"))

    def on_this_machine(self, place: str, entry: Entry) -> Path | None:
        """Where it lies, for other programs; None on a server's share."""
        storage = self._at(place)
        return storage.on_disk(entry.path) if isinstance(storage, LocalStorage) else None

    def close(self) -> None:
        """End the children."""
        self.looking.close()
        self.small.close()

    def _words(self, source: Source, entry: Entry) -> Answer:
        if not crawl.is_readable(entry):
            return Answer(None, "")
        return crawl.look_into(source, entry, self.looking, "text")


def _png(answer: Answer) -> bytes:
    return base64.b64decode(answer.value) if isinstance(answer.value, str) else b""
