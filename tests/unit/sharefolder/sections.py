"""Sections that are asked, on a real folder: what several tests of inquiries stand on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from core.jobs import Report
from sharefolder.documents.sandbox import Sandbox
from sharefolder.inquiry.form import with_kinds
from sharefolder.inquiry.model import Inquiry, Reading
from sharefolder.inquiry.office import Office
from sharefolder.local import LocalStorage
from tests.fakes.answers import Paper, template

NOTHING = Report(lambda _done, _total, _text: None)
DUE = date(2026, 11, 30)


class Desk:
    """An inquiry to some sections, and hands that fill in their workbooks."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.root = root / "share"
        self.root.mkdir()
        self.office = Office(LocalStorage(self.root), sandbox, lambda: date(2026, 11, 23))
        self.template = template(root)

    def ask(self, *sections: str, **more: Any) -> Inquiry:
        form = with_kinds(self.office.understand(self.template), {1: "number"}, {0})
        self.inquiry = self.office.create(
            "災害対応", self.template, form, list(sections), DUE, NOTHING, **more
        )
        return self.inquiry

    def paper(self, section: str, **more: Any) -> Paper:
        return Paper(self.root / self.inquiry.answer_folder(section) / self.inquiry.template, **more)

    def board(self) -> dict[str, Reading]:
        return {reading.section: reading for reading in self.office.board(self.inquiry, NOTHING)}
