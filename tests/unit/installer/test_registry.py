"""uv is told what pip was told, with pip's own precedence."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer.registry import uv_environment


@pytest.fixture
def office(tmp_path: Path) -> dict[str, str]:
    """An environment whose only pip configuration is the user's own file."""
    folder = tmp_path / "config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(
        "[global]\n"
        "index-url = https://mirror.example/simple\nextra_index_url =\n  https://a.example/s\n"
        "  file:///srv/more\n"
        "find-links = /srv/wheels /srv/own\ncert = /srv/ca.pem\n[install]\ntimeout = 60\n",
        encoding="utf-8",
    )
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "PIP_CONFIG_FILE": str(folder / "pip.conf")}


def test_a_mirror_of_the_office_reaches_uv(office: dict[str, str], tmp_path: Path) -> None:
    told = uv_environment(office, tmp_path)
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_INDEX"] == "https://a.example/s file:///srv/more"
    assert told["UV_FIND_LINKS"] == "/srv/wheels,/srv/own"
    assert told["SSL_CERT_FILE"] == "/srv/ca.pem"
    assert told["UV_HTTP_TIMEOUT"] == "60"


def test_a_variable_of_pip_beats_its_files(office: dict[str, str], tmp_path: Path) -> None:
    told = uv_environment({**office, "PIP_INDEX_URL": "https://other.example/simple"}, tmp_path)
    assert told["UV_DEFAULT_INDEX"] == "https://other.example/simple"


def test_a_variable_of_uv_is_left_alone(office: dict[str, str], tmp_path: Path) -> None:
    told = uv_environment({**office, "UV_DEFAULT_INDEX": "https://chosen.example"}, tmp_path)
    assert "UV_DEFAULT_INDEX" not in told


def test_a_broken_file_is_named_and_passed_over(
    office: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.conf"
    broken.write_bytes(b"\xff no section")
    told = uv_environment({**office, "PIP_CONFIG_FILE": str(broken)}, tmp_path)
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert "broken.conf" in capsys.readouterr().err
