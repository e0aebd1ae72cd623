"""Hostile documents: each ends as an answer with a reason, in time, and the next document is read."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from sharefolder.children import Child
from sharefolder.documents.sandbox import Sandbox
from sharefolder.documents.text import MAX_CHARACTERS


@pytest.fixture
def sandbox():  # type: ignore[no-untyped-def]
    made = Sandbox(timeout=10)
    yield made
    made.close()


def word(path: Path, body: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", body)
    return path


W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_words_of_a_document_in_order(sandbox: Sandbox, tmp_path: Path) -> None:
    paragraph = (
        "<w:p><w:r><w:t>令和</w:t></w:r><w:r><w:t>8年</w:t></w:r></w:p><w:p><w:r><w:t>次</w:t></w:r></w:p>"
    )
    body = b"<w:document " + W + b"><w:body>" + paragraph.encode() + b"</w:body></w:document>"
    assert sandbox.ask("text", word(tmp_path / "a.docx", body)).value == "令和8年\n次"


def test_a_zip_bomb_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    body = b"<w:document " + W + b"><w:body><w:p>" + b" " * 300_000_000 + b"</w:p></w:body></w:document>"
    answer = sandbox.ask("text", word(tmp_path / "bomb.docx", body))
    assert answer.value is None
    assert answer.reason in ("too large", "damaged")


def test_an_entity_bomb_and_a_foreign_file_are_not_expanded(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    head = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY a "aaaaaaaaaa">'.encode()
    head += b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"" if n == 0 else b"%d" % (n - 1)) * 10) for n in range(12)
    )
    body = (
        head
        + b"]><w:document "
        + W
        + b"><w:body><w:p><w:r><w:t>&x;&a11;</w:t></w:r></w:p></w:body></w:document>"
    )
    answer = sandbox.ask("text", word(tmp_path / "xxe.docx", body))
    assert "SECRET" not in (answer.value or "")
    assert len(answer.value or "") < 1000


def test_a_workbook_of_a_billion_cells_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "z")
    book.close()
    answer = sandbox.ask("cells", path)
    if answer.value is None:
        assert answer.reason in ("too large", "damaged", "crash", "time")
    assert sandbox.ask("text", _plain(tmp_path)).value == "次の文書"


def _plain(folder: Path) -> Path:
    path = folder / "次.txt"
    path.write_text("次の文書", "utf-8")
    return path


def test_a_child_that_dies_is_replaced(sandbox: Sandbox, tmp_path: Path) -> None:
    plain = _plain(tmp_path)
    assert sandbox.ask("text", plain).value == "次の文書"
    assert sandbox._child is not None
    os.kill(sandbox._child.pid, 9)
    assert sandbox.ask("text", plain).reason == "crash"
    assert sandbox.ask("text", plain).value == "次の文書"


def test_a_document_that_takes_for_ever_ends_in_time(tmp_path: Path) -> None:
    sandbox = Sandbox(timeout=0.0)
    assert sandbox.ask("text", _plain(tmp_path)).reason == "time"
    sandbox.close()


def test_no_document_is_to_blame_for_a_child_that_comes_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    class Timed(Child):
        def ask(self, line: str, timeout: float) -> str:
            given.append(timeout)
            return super().ask(line, timeout)

    monkeypatch.setattr("sharefolder.documents.sandbox.Child", Timed)
    sandbox = Sandbox(timeout=7.0)
    assert [sandbox.ask("text", _plain(tmp_path)).value for _each in range(2)] == ["次の文書"] * 2
    assert given == [60.0, 7.0, 7.0], "first whether it has come at all"
    sandbox.close()


def test_the_child_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    child = Child("sharefolder.documents.child")
    environment = Path(f"/proc/{child.pid}/environ").read_text()
    child.end()
    assert "SECRET_TOKEN" not in environment


def test_long_text_is_cut_not_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("あ" * (MAX_CHARACTERS + 100), "utf-8")
    assert len(sandbox.ask("text", path).value) == MAX_CHARACTERS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16"])
def test_japanese_text_in_any_of_its_encodings(sandbox: Sandbox, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes("項目,値\n表ソ能,県民税の額".encode(encoding))
    assert sandbox.ask("text", path).value == "項目,値\n表ソ能,県民税の額"


def test_an_archive_that_is_no_document_is_said_so(sandbox: Sandbox, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x", "y")
    for name in ("a.docx", "a.pptx", "a.xlsx"):
        (tmp_path / name).write_bytes(buffer.getvalue())
        assert sandbox.ask("text", tmp_path / name).reason == "damaged"


def test_a_picture_is_drawn_anew_and_small(tmp_path: Path, sandbox: Sandbox) -> None:
    import base64

    import cv2
    import numpy as np

    cv2.imwrite(str(tmp_path / "photo.png"), np.full((900, 1800, 3), 90, np.uint8))
    (tmp_path / "photo.png").rename(tmp_path / "写真.png")
    answer = sandbox.ask("picture", tmp_path / "写真.png")
    drawn = cv2.imdecode(np.frombuffer(base64.b64decode(answer.value), np.uint8), cv2.IMREAD_COLOR)
    assert drawn.shape == (360, 720, 3)
    (tmp_path / "壊れ.jpg").write_bytes(b"\xff\xd8\xff" + bytes(200))
    assert sandbox.ask("picture", tmp_path / "壊れ.jpg").reason == "damaged"


def test_an_image_of_absurd_size_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    import struct
    import zlib

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(bytes(10)))
        + part(b"IEND", b"")
    )
    (tmp_path / "bomb.png").write_bytes(bomb)
    answer = sandbox.ask("picture", tmp_path / "bomb.png")
    assert (answer.value, answer.reason != "") == (None, True)
    (tmp_path / "a.txt").write_text("まだ動く", "utf-8")
    assert sandbox.ask("text", tmp_path / "a.txt").value == "まだ動く"
