"""A terminal reports itself without a person: under the name it is enrolled by, where the policy says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.paths import Paths
from desktop import inventory
from desktop.__main__ import main
from installer.packages.deb import PLACES
from office.here import host
from tests.fakes.tls import certificate

UNITS = Path(__file__).resolve().parents[3] / "installer" / "units"


def test_it_goes_where_the_policy_says_under_the_certificate_s_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths, reports = Paths.from_environment(), tmp_path / "reports"
    reports.mkdir()
    assert main(["inventory", "--quick"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == host(), "no folder: shown"
    paths.policy.write_text(f'[servers]\nreports = "{reports}"\n')
    (paths.data / "terminal").mkdir()
    certificate(paths.data / "terminal" / "device.pem")
    assert main(["inventory", "--quick"]) == 0
    (left,) = reports.iterdir()
    assert (left.name, json.loads(left.read_bytes())["name"]) == ("policy.json", "policy")
    assert main(["inventory", "--quick", "--show"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "policy"


def test_a_broken_certificate_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    paths = Paths.from_environment()
    (paths.data / "terminal").mkdir()
    (paths.data / "terminal" / "device.pem").write_bytes(b"no certificate")
    assert main(["inventory", "--quick"]) == 1
    assert "INV-004" in capsys.readouterr().err


def test_the_unit_asks_for_what_the_command_knows() -> None:
    unit = (UNITS / "mahoroba-inventory.service").read_text()
    (line,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    program, command, *options = line.removeprefix("ExecStart=").split()
    assert (program, command) == ("/usr/bin/mahoroba", "inventory")
    inventory._parser().parse_args(options)
    assert {f"../../units/{each.name}" for each in UNITS.glob("mahoroba-inventory.*")} <= set(PLACES)
