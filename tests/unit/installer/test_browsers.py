"""Browser policies: only the named domains see a ticket; what others have set stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import SuiteError
from installer import browsers


def test_every_browser_shows_tickets_to_the_named_domains_only(tmp_path: Path) -> None:
    written = browsers.install(tmp_path, ["Pref.Example.jp"], "proxy.pref.example.jp:3128")
    assert len(written) == 4
    chromium = json.loads((tmp_path / "etc/opt/edge/policies/managed" / browsers.NAME).read_text("utf-8"))
    assert chromium["AuthServerAllowlist"] == "*.pref.example.jp"
    assert chromium["AuthSchemes"] == "negotiate"
    assert "AuthNegotiateDelegateAllowlist" not in chromium
    assert chromium["ProxySettings"]["ProxyServer"] == "http://proxy.pref.example.jp:3128"
    firefox = json.loads((tmp_path / browsers.FIREFOX).read_text("utf-8"))["policies"]
    assert firefox["Authentication"]["SPNEGO"] == [".pref.example.jp"]
    assert "Delegated" not in firefox["Authentication"]
    assert firefox["Proxy"]["Mode"] == "manual"


def test_what_others_have_set_in_firefox_stays(tmp_path: Path) -> None:
    path = tmp_path / browsers.FIREFOX
    path.parent.mkdir(parents=True)
    path.write_text('{"policies": {"DisableTelemetry": true}}', "utf-8")
    browsers.install(tmp_path, ["pref.example.jp"])
    assert set(json.loads(path.read_text("utf-8"))["policies"]) == {"DisableTelemetry", "Authentication"}
    browsers.remove(tmp_path)
    assert json.loads(path.read_text("utf-8")) == {"policies": {"DisableTelemetry": True}}


def test_removing_leaves_nothing_of_ours(tmp_path: Path) -> None:
    for path in browsers.install(tmp_path, ["pref.example.jp"]):
        assert path.exists()
    browsers.remove(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("domain", ["", "*", "jp", "a b.jp", 'x".jp', "-a.jp"])
def test_a_name_that_would_allow_everybody_is_refused(tmp_path: Path, domain: str) -> None:
    with pytest.raises(SuiteError) as caught:
        browsers.install(tmp_path, [domain])
    assert caught.value.code == "INST-020"
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_of_firefox_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / browsers.FIREFOX
    path.parent.mkdir(parents=True)
    path.write_text("{broken", "utf-8")
    with pytest.raises(SuiteError) as caught:
        browsers.install(tmp_path, ["pref.example.jp"])
    assert caught.value.code == "INST-021"
    assert path.read_text("utf-8") == "{broken"
