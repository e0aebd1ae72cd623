"""Every real and every damaged document that we have, through extraction and preview: an answer within the
limits for each, and a reason for each that cannot be read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.events import Events
from core.jobs import Report
from sharefolder.documents.kinds import KNOWN
from sharefolder.documents.sandbox import Sandbox, reason_words
from sharefolder.index import bigram
from sharefolder.service import ShareService

QUIET = Report(lambda _done, _total, _text: None)
OUT = Path(__file__).resolve().parents[3] / "out" / "unreadable-documents.tsv"
REASONS = {"damaged", "password"}
"""No time-out, no crash, nothing too large: what is left is the document's own fault."""


@pytest.mark.shared_data
@pytest.mark.timeout(600)
def test_all_documents_and_workbooks_are_read_or_named_with_a_reason(
    shared_data: Path, tmp_path: Path
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    for folder in ("documents", "workbooks"):
        (share / folder).mkdir()
        for file in sorted((shared_data / folder).iterdir()):  # read where they lie: links are left out
            (share / folder / file.name).write_bytes(file.read_bytes())
    service = ShareService(tmp_path / "home", Events(), lambda: "K1")
    service.add_place("データ", str(share))
    counts = service.index_again("データ", QUIET)
    unread = dict(service.unread("データ"))
    previewed, pictured, failed = 0, 0, {}
    for folder in ("documents", "workbooks"):
        for batch in service.entries("データ", folder):
            for entry in batch:
                answer = service.looks.words("データ", entry)
                if answer.reason:
                    failed[entry.path] = answer.reason
                previewed += isinstance(answer.value, str)
                pictured += bool(service.looks.picture("データ", entry))
    service.close()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(
        "".join(f"{p}\t{why}\t{reason_words(why)}\n" for p, why in sorted(unread.items())), "utf-8"
    )
    assert failed == unread, "the preview and the index say the same of each document"
    assert set(unread.values()) <= REASONS, Counter(unread.values())
    assert counts["text"] == previewed >= 500
    assert len(unread) <= 40
    assert counts["text"] + len(unread) + counts.get("none", 0) == sum(counts.values())


@pytest.mark.shared_data
def test_what_the_index_keeps_of_a_workbook_is_what_its_preview_shows(shared_data: Path) -> None:
    """Each different cell once, however the rows repeat; nothing more, nothing less."""
    sandbox = Sandbox()
    paths = sorted(p for p in (shared_data / "workbooks").iterdir() if p.suffix[1:] in KNOWN)[:40]
    said = [(path.name, sandbox.ask("text", path), sandbox.ask("lines", path)) for path in paths]
    sandbox.close()
    whole = [each for each in said if each[1].value is not None and len(each[1].value) < 500_000]
    assert len(whole) >= 30
    for name, text, lines in whole:
        assert lines.value == [bigram.lines(text.value), True], name
