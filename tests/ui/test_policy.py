"""The policy's page: what is edited is never lost and never invented."""

from __future__ import annotations

import time
import tomllib
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QAbstractButton

from core.clock import TOKYO
from core.errors import SuiteError
from core.policy import PolicySigner, bound, verified
from core.policy_draft import Draft
from core.settings.declared import declared
from desktop.pages.administration import policy as policy_page_module
from desktop.pages.administration.policy import PolicyView
from installer.policy.fetch import fetch
from tests.ui.conftest import Office, press, said, spoken
from tests.ui.test_every_page import focusable


@pytest.fixture
def bureau(office: Office) -> Office:
    """Hanako on the page administration."""
    office.signed_in()
    office.services.go("administration")
    office.settle()
    return office


def policy_page(office: Office) -> PolicyView:
    office.find(QAbstractButton, "管理の対象: 方針").click()  # type: ignore[attr-defined]
    office.settle()
    assert office.window is not None
    view = office.window.findChild(PolicyView)
    assert isinstance(view, PolicyView)
    return view


def setting(view: PolicyView, key: str) -> None:
    view.table.choose(next(one for one in declared() if one.key == key))


def test_a_policy_is_edited_seen_as_a_difference_saved_and_put_back(bureau: Office) -> None:
    path = bureau.services.paths.policy
    path.write_text("# ours\n[offline]\npeople = 5\n", "utf-8")
    view = policy_page(bureau)
    assert not view.keep.isEnabled()
    setting(view, "offline.days")
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    view.form.line.setFocus()
    view.form.line.selectAll()
    bureau.bot.keyClicks(view.form.line, "99")
    assert "60 以下" in view.form.wrong.text()
    assert not view.keep.isEnabled()
    assert "保存できません" in view.difference.text()
    view.form.line.selectAll()
    view.form.line.insert("７")  # as an input method does: wide
    view.form.line.textEdited.emit(view.form.line.text())
    assert "オフライン: オフラインで使える日数: 既定（14） → 7" in view.difference.text()
    setting(view, "security.pin_min_length")
    setting(view, "offline.days")
    assert view.form.line.text() == "7", "what was said stays while one looks around"
    press(bureau, "方針を保存")
    assert path.read_text("utf-8") == "# ours\n[offline]\npeople = 5\ndays = 7\n"
    assert view.difference.text() == "変更はありません。"
    press(bureau, "元に戻す")
    assert path.read_text("utf-8") == "# ours\n[offline]\npeople = 5\n"
    actions = [entry.action for entry in bureau.services.audit.entries(5)]
    assert actions[:2] == ["policy.put-back", "policy.saved"]


def test_a_default_is_fixed_and_chosen_from_a_list(bureau: Office) -> None:
    view = policy_page(bureau)
    setting(view, "presence.after_s")
    bureau.find(QAbstractButton, "決め方: 既定に固定").click()  # type: ignore[attr-defined]
    assert "離席: 席を離れたらロック: 利用者が選ぶ → 既定（30）に固定" in view.difference.text()
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    view.form.choice.setCurrentIndex(view.form.choice.findData(60))
    view.form.choice.activated.emit(view.form.choice.currentIndex())
    press(bureau, "方針を保存")
    saved = tomllib.loads(bureau.services.paths.policy.read_text("utf-8"))
    assert saved["presence"] == {"after_s": 60}


def test_a_policy_is_signed_for_the_server(
    bureau: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = policy_page(bureau)
    setting(view, "security.zones")
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    view.form.many.setPlainText('"窓口" = [["face"]]\n"行政事務系" = [["pin"]]')
    monkeypatch.setattr(policy_page_module, "ask_folder", lambda *_a: tmp_path)
    press(bureau, "署名して書き出す")
    signature = (tmp_path / "policy.toml.sig").read_bytes().strip()
    signed = verified((tmp_path / "policy.toml").read_bytes(), signature, tmp_path / "policy-key.pem")
    assert signed.version == 1
    assert not bureau.services.paths.policy.exists()


def test_a_policy_that_does_not_arrive_any_more_is_said_above_with_what_to_do(bureau: Office) -> None:
    path, signer, now = bureau.services.paths.policy, PolicySigner(b"s" * 32), time.time()
    content = b"[presence]\nafter_s = 60\n"
    path.write_bytes(bound(content, signer.sign(content, 12, now, 90)))
    path.with_name("policy-key.pem").write_bytes(signer.public)
    path.with_name("policy-source.toml").write_text('url = "https://127.0.0.1:9/policy.toml"\n', "utf-8")
    with pytest.raises(SuiteError, match="POL-011"):
        fetch(bureau.services.paths, now - 7200)
    with pytest.raises(SuiteError, match="POL-011"):
        fetch(bureau.services.paths, now)
    view = policy_page(bureau)
    since = datetime.fromtimestamp(now - 7200, TOKYO).strftime("%Y/%m/%d %H:%M")
    words = view.arriving.text()
    assert words.startswith(f"この端末の方針: {since} から、新しい方針を受け取れていません。版 12")
    assert "（POL-011）" in words
    assert "mahoroba policy fetch" in words
    assert view.arriving.property("role") == "danger"


def test_the_auditor_reads_the_policy_and_changes_nothing(office: Office) -> None:
    office.audited()
    view = policy_page(office)
    setting(view, "offline.days")
    assert view.form.title.text() == "オフラインで使える日数"
    assert not view.keep.isVisible()
    assert not office.find(QAbstractButton, "決め方: 方針で決める").isEnabled()
    with pytest.raises(SuiteError, match="AUTH-031"):
        office.services.office.policies.save(Draft(""), [], Draft(""))


def controls(view: PolicyView) -> set[str]:
    """What a person could use of the view now."""
    window = view.window()
    return {spoken(each) for each in focusable(window) if view.isAncestorOf(each)}  # type: ignore[arg-type]


def test_a_policy_that_cannot_be_read_says_why_in_place_and_is_read_again_there(bureau: Office) -> None:
    path = bureau.services.paths.policy
    path.write_text("[offline\n", "utf-8")
    view = policy_page(bureau)
    assert controls(view) == {"もう一度"}
    words = " ".join(said(bureau))
    assert "CONF-001" in words
    press(bureau, "もう一度")
    assert controls(view) == {"もう一度"}, "it is still broken"
    path.write_text("[offline]\ndays = 5\n", "utf-8")
    press(bureau, "もう一度")
    assert "もう一度" not in controls(view)
    assert view.table.shown() > 50
    setting(view, "offline.days")
    assert view.form.line.text() == "5"
    shown = [box for field, box in view.form._fields.items() if box.isVisible()]
    assert len(shown) == 1, "the one field of this setting"


def test_nothing_is_editable_until_the_policy_has_been_read(bureau: Office) -> None:
    gate = Event()
    bureau.services.bridge.run(bureau.services.bridge, "ほかの仕事", lambda _r: gate.wait(60))
    bureau.find(QAbstractButton, "管理の対象: 方針").click()  # type: ignore[attr-defined]
    assert bureau.window is not None
    view = bureau.window.findChild(PolicyView)
    assert isinstance(view, PolicyView)
    assert controls(view) <= {"設定を絞り込む", "方針と設定"}
    bureau.bot.waitUntil(lambda: "読んでいます…" in said(bureau), timeout=30_000)
    gate.set()
    bureau.settle()
    assert "読んでいます…" not in said(bureau)
    assert {"決めた人", "署名して書き出す"} <= controls(view)


def test_an_edit_made_while_the_policy_is_read_again_or_saved_is_kept(bureau: Office) -> None:
    path = bureau.services.paths.policy
    view = policy_page(bureau)
    setting(view, "offline.days")
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    path.write_text("[presence]\nafter_s = 60\n", "utf-8")  # as another hand writes it
    view.read()
    view.form.line.setText("7")
    view.form.line.textEdited.emit("7")
    bureau.settle()
    assert view._draft.text == "[presence]\nafter_s = 60\n\n[offline]\ndays = 7\n"
    assert "オフラインで使える日数: 既定（14） → 7" in view.difference.text()
    bureau.find(QAbstractButton, "方針を保存").click()  # type: ignore[attr-defined]
    view.form.line.setText("9")
    view.form.line.textEdited.emit("9")
    bureau.settle()
    assert tomllib.loads(path.read_text("utf-8"))["offline"] == {"days": 7}, "as it stood when saved"
    assert "オフラインで使える日数: 7 → 9" in view.difference.text()
    press(bureau, "変更をやめる")
    assert view.difference.text() == "変更はありません。"
    assert view.form.line.text() == "7"


def test_what_may_be_used_is_said_without_signs_of_a_markup(bureau: Office) -> None:
    view = policy_page(bureau)
    for key in ("appearance.theme", "servers.matcher"):
        setting(view, key)
        assert "`" not in view.form.kind.text()


def test_what_a_colleague_wrote_meanwhile_stays_and_so_do_the_edits(bureau: Office) -> None:
    path = bureau.services.paths.policy
    path.write_text("[offline]\npeople = 5\n", "utf-8")
    view = policy_page(bureau)
    setting(view, "offline.days")
    bureau.find(QAbstractButton, "決め方: 方針で決める").click()  # type: ignore[attr-defined]
    path.write_text("[offline]\npeople = 7\n", "utf-8")  # at another console
    press(bureau, "方針を保存")
    assert path.read_text("utf-8") == "[offline]\npeople = 7\n"
    assert bureau.services.notices.history[0].code == "POL-021"
    assert "オフラインで使える日数" in view.difference.text()
    press(bureau, "方針を保存")  # having seen it
    assert path.read_text("utf-8") == "[offline]\npeople = 7\ndays = 14\n"
