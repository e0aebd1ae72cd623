"""What is looked for in the shared folder: words inside documents, narrowed, and links of colleagues."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox

from core.jobs import Report
from sharefolder.sample import NAME
from tests.ui.conftest import Office
from tests.ui.sharefolder.page import disk, files


def test_a_word_inside_a_document_is_found_and_marked(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("毛布")
    sample.bot.waitUntil(lambda: view.stack.current() is view.found)
    sample.settle()
    model = view.found.model()
    heard = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert any("避難所開設の手順.txt" in words and "毛布は倉庫Bにあります。" in words for words in heard)
    view.finder.clear()
    sample.bot.waitUntil(lambda: view.stack.current() is view.list)


def test_nothing_found_says_what_to_try(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("存在しない言葉")
    sample.bot.waitUntil(lambda: "見つかりませんでした" in view.count.text())


def test_documents_in_which_nothing_can_be_found_are_named_with_a_reason(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "防災課" / "壊れた.xlsx").write_bytes(b"PK\x03\x04 broken")
    sample.services.share.index_again(NAME, Report(lambda _done, _total, _text: None))
    view.looking.show_unread()
    sample.settle()
    assert view.found.shown() == 1
    assert view.found.model().index(0, 0).data() == "壊れた.xlsx　防災課　ファイルが壊れています。"
    assert view.count.text() == "中身を探せない文書: 1 件"


def test_what_was_asked_before_the_index_was_ready_is_asked_again_when_it_is(sample: Office) -> None:
    view = files(sample)
    (disk(sample) / "防災課" / "新しい手引.txt").write_text("土嚢は北側に積みます。", "utf-8")
    view.finder.setText("土嚢")
    sample.bot.waitUntil(lambda: view.looking.answered == "土嚢")
    assert view.count.text().startswith("「土嚢」は見つかりませんでした。")
    sample.services.share.index_again(NAME, Report(lambda _done, _total, _text: None))
    view.indexed()
    sample.settle()
    assert view.count.text() == "「土嚢」: 1 件"


def test_a_question_made_to_spoil_the_page_leaves_its_sentence_readable(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("無い\u202e" + "々" * 3_000)
    sample.bot.waitUntil(lambda: view.looking.answered != "")
    assert view.count.text().startswith("「無い" + "々" * 28 + "…」は見つかりませんでした。")


def test_a_search_is_narrowed_by_section_and_kind(sample: Office) -> None:
    view = files(sample)
    view.finder.setText("予算")
    sample.bot.waitUntil(lambda: view.looking.answered == "予算")
    everything = view.found.shown()
    section = sample.find(QComboBox, "所属で絞る")
    section.setCurrentIndex(section.findText("財政課"))  # type: ignore[attr-defined]
    section.activated.emit(section.currentIndex())  # type: ignore[attr-defined]
    sample.bot.waitUntil(lambda: view.found.shown() == 1)
    assert everything > 1


def test_a_colleagues_link_opens_what_it_means(sample: Office) -> None:
    view = files(sample)
    link = sample.services.share.link(NAME, "防災課/災害対応/避難所開設の手順.txt")
    view.finder.setText(link)
    sample.bot.waitUntil(lambda: view.folder == "防災課/災害対応")
    sample.settle()
    assert view.list.current() is not None
    assert view.list.current().name == "避難所開設の手順.txt"  # type: ignore[union-attr]
