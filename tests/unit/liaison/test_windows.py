"""Windows outputs: generated, never executed here; well-formed, in the known vocabulary, nothing expands."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from core.errors import SuiteError
from liaison import profile, windows
from liaison.windows_rules import problems
from tests.unit.liaison.conftest import SHIPPED

NAMES = {"autounattend.xml", "customizations.xml", "policies.json", "first-boot.ps1"}


def shipped(**changes: object) -> profile.Profile:
    return profile.load(SHIPPED / "liaison.toml").model_copy(update=changes)


def test_both_example_profiles_give_every_file_and_say_what_they_are(tmp_path: Path) -> None:
    for name in ("liaison", "e-application"):
        written = windows.write(profile.load(SHIPPED / f"{name}.toml"), tmp_path / name)
        assert {path.name for path in written} >= NAMES
        for path in written:
            if path.name in ("README.txt", "autounattend.xml", "customizations.xml", "first-boot.ps1"):
                assert "generated, not executed" in path.read_text("utf-8-sig")


def test_the_answer_file_says_what_the_profile_says() -> None:
    root = etree.fromstring(windows.files(shipped())["autounattend.xml"].encode())
    space = {"u": "urn:schemas-microsoft-com:unattend"}
    assert root.findtext(".//u:LocalAccount/u:Name", namespaces=space) == "guest"
    assert [each.get("pass") for each in root.findall("u:settings", space)] == ["specialize", "oobeSystem"]


def test_hostile_words_stay_words() -> None:
    printer = profile.Printer(name="p1", uri="ipp://printer.example/$(calc)")
    words = "a'b&<>1234"
    wifi = profile.Wifi(ssid="A&B <x>", password=words)
    guest = profile.Guest(full_name="</LocalAccount><x/>")
    with pytest.raises(SuiteError) as error:
        windows.files(shipped(printers=[printer]))
    assert error.value.code == "LIAISON-011"
    made = windows.files(shipped(wifi=[wifi], guest=guest))
    root = etree.fromstring(made["wifi-1.xml"].encode())
    assert root.findtext(".//{*}keyMaterial") == words
    assert etree.fromstring(made["autounattend.xml"].encode()).find(".//{*}x") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("autounattend.xml", "<unattend/>"),
        (
            "autounattend.xml",
            "<unattend xmlns='urn:schemas-microsoft-com:unattend'><settings pass='x'/></unattend>",
        ),
        ("customizations.xml", "<a>"),
        ("policies.json", '{"HomepageLocation": 1}'),
        ("policies.json", '{"Unknown": true}'),
        ("first-boot.ps1", "Write-Host 'open"),
        ("first-boot.ps1", "$(evil)"),
    ],
)
def test_the_rules_can_fail(name: str, text: str) -> None:
    assert problems(name, text)


def test_a_guest_name_too_long_for_windows_is_named() -> None:
    with pytest.raises(SuiteError, match="20 字"):
        windows.files(shipped(guest=profile.Guest(name="a" * 25)))
