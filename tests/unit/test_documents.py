"""What the documents promise is there: every test, file and command they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from desktop.__main__ import ELSEWHERE
from tests.fakes.fuzz_targets import NAMES

ROOT = Path(__file__).resolve().parents[2]
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
WAY = re.compile(r"\*([^*\n]+ → [^*\n]+)\*")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"`(?:\./)?mahoroba ([a-z][a-z-]*)")
COMMANDS = {*ELSEWHERE, "run", "demo", "audit", "test", "check", "lock"}  # the last three: of the entry
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def test_every_test_of_the_threat_model_exists() -> None:
    named = NAMED_TEST.findall((ROOT / "docs" / "threat-model.md").read_text("utf-8"))
    assert len(named) > 20
    gone = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).exists() or f"def {name}(" not in (ROOT / file).read_text("utf-8")
    ]
    assert gone == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_named_exists(document: Path) -> None:
    assert sorted(set(COMMAND.findall(document.read_text("utf-8"))) - COMMANDS) == []


def test_the_page_of_commands_has_all_of_them() -> None:
    told = (ROOT / "docs" / "commands.md").read_text("utf-8")
    shown = (ROOT / "mahoroba").read_text("utf-8")
    assert [
        name
        for name in sorted(COMMANDS)
        if f"`{name}`" not in told and f"mahoroba {name}" not in told + shown
    ] == []


def test_the_english_guides_call_the_screens_by_their_words() -> None:
    said = {
        str(message.string)
        for catalogue in (ROOT / "desktop" / "locale" / "en").glob("*.po")
        for message in read_po(catalogue.open("rb"))
    }
    ways = [
        way for guide in ROOT.glob("docs/*/README.en.md") for way in WAY.findall(guide.read_text("utf-8"))
    ]
    assert len(ways) > 3
    assert [words for way in ways for words in way.split(" → ") if words not in said] == []


def test_the_report_on_broken_input_has_every_parser_that_is_tried() -> None:
    report = (ROOT / "docs" / "quality" / "fuzz.md").read_text("utf-8")
    assert sorted(re.findall(r"\| ([^|]+?) \| [\d,]+ ", report)) == sorted(NAMES)
    assert f"読む {len(NAMES)} か所" in report
