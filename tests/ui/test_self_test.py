"""The self-test at the window: pressed, answered in words, and handed over without anybody's name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel

from core.errors import SuiteError
from desktop.pages.settings.self_test import SelfTest
from desktop.self_test import terminal_here
from installer.selftest import State
from installer.selftest.checks import KEYS
from tests.ui.conftest import HANAKO, Office


def card(office: Office) -> SelfTest:
    window = office.signed_in()
    office.services.go("settings")
    office.settle()
    (found,) = window.findChildren(SelfTest)
    return found


def test_a_press_answers_every_question_with_the_next_step(office: Office) -> None:
    shown = card(office)
    office.find(QAbstractButton, "診断する").click()  # type: ignore[attr-defined]
    assert not shown.start.isEnabled()
    office.settle()
    assert shown.start.isEnabled()
    texts = [label.text() for label in shown.findChildren(QLabel) if label.isVisible()]
    states = [text.rpartition(": ")[2] for text in texts if text.endswith((": 正常", ": 問題", ": 未確認"))]
    assert len(states) == len(KEYS)
    assert states == sorted(states, key=["問題", "未確認", "正常"].index), (
        "what wants somebody to act is first"
    )
    assert any(text.startswith("カメラを使えません。") and text.endswith("（CAM-001）") for text in texts)
    assert shown.summary.text().startswith(f"{len(KEYS)} 項目のうち")
    assert State.OK.value not in states


def test_the_record_for_support_is_saved_without_a_name(office: Office, tmp_path: Path) -> None:
    shown = card(office)
    shown.save_bundle(tmp_path / "b.zip")
    office.settle()
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert '"key": "printer"' in whole
    assert HANAKO.staff_number not in whole
    assert "花子" not in whole


def test_what_is_asked_of_a_version_needs_no_policy_that_has_yet_to_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the package cannot be installed where the policy's source was laid down first."""
    monkeypatch.setenv("MAHOROBA_HOME", str(tmp_path))
    (tmp_path / "policy-source.toml").write_text('url = "https://policy.example/p.toml"\n', "utf-8")
    (tmp_path / "policy-key.pem").write_text("x")
    with pytest.raises(SuiteError):
        terminal_here()
    assert terminal_here(with_policy=False).config.security.pin_min_length
