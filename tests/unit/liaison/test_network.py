"""The temporary network: an address plan that refuses collisions, files that the real programs accept."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from core.errors import SuiteError
from liaison import network, profile
from liaison.network import Form
from liaison.steps import network as step
from tests.unit.liaison.conftest import SHIPPED

FORM = {"name": "県 対策本部", "ssid": "KEN-OUEN", "password": "kunren-dake-2026"}


def form(**changes: object) -> Form:
    return Form.model_validate(FORM | changes)


def test_the_plan_of_a_plain_form() -> None:
    made = network.plan(form())
    assert str(made.router) == "192.168.77.1"
    assert (str(made.first), str(made.last)) == ("192.168.77.10", "192.168.77.229")


@pytest.mark.parametrize(
    "changes",
    [
        {"avoid": ["192.168.0.0/16"]},
        {"avoid": ["192.168.77.128/25"]},
        {"subnet": "8.8.8.0/24"},
        {"subnet": "192.168.77.0/28"},
        {"subnet": "10.0.0.0/8"},
        {"subnet": "192.168.77.1/24"},
        {"subnet": "fd00::/64"},
        {"subnet": "home"},
        {"avoid": ["everything"]},
    ],
)
def test_colliding_public_and_misspelt_networks_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(SuiteError) as error:
        network.plan(form(**changes))
    assert error.value.code == "LIAISON-009"


@pytest.mark.parametrize(
    "text",
    ["", "name = 1", 'ssid = "a;b"', 'password = "short"', 'wifi = "wlan0; reboot"', "\x00", "x = [" * 5000],
)
def test_hostile_forms_are_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "form.toml").write_text(text)
    with pytest.raises(SuiteError) as error:
        network.load(tmp_path / "form.toml")
    assert error.value.code == "LIAISON-009"


def test_files_are_private_and_the_same_each_time(tmp_path: Path) -> None:
    assert network.files(form()) == network.files(form())
    for path in network.write(form(), tmp_path):
        assert path.stat().st_mode & 0o077 == 0


def test_dnsmasq_accepts_its_file(tmp_path: Path) -> None:
    program = shutil.which("dnsmasq", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("dnsmasq is not installed")
    (tmp_path / "conf").write_text(network.files(form())["etc/dnsmasq.d/mahoroba.conf"])
    done = subprocess.run([program, "--test", "-C", str(tmp_path / "conf")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.root
@pytest.mark.netns
def test_nftables_accepts_its_rules(tmp_path: Path) -> None:
    """Checked inside a namespace of its own: this machine's rules stay as they are."""
    program = shutil.which("nft", path="/usr/sbin:/usr/bin")
    unshare = shutil.which("unshare")
    if program is None or unshare is None:
        pytest.skip("nft or unshare is not installed")
    rules = network.files(form(avoid=["10.0.0.0/8"]))["etc/nftables.d/mahoroba.nft"]
    (tmp_path / "rules.nft").write_text(rules)
    done = subprocess.run(
        [unshare, "-n", program, "-f", str(tmp_path / "rules.nft")], capture_output=True, check=False
    )
    if b"Operation not permitted" in done.stderr:
        pytest.skip("network namespaces need root")
    assert done.returncode == 0, done.stderr


def test_who_is_connected_and_who_claims_anothers_address() -> None:
    first, second = "aa:bb:cc:00:00:01", "aa:bb:cc:00:00:02"
    text = f"1795440000 {first} 192.168.77.10 laptop *\nrubbish\n0 x y z\n1 {second} 192.168.77.11 * *\n"
    assert [(lease.address, lease.name) for lease in network.leases(text)] == [
        ("192.168.77.10", "laptop"),
        ("192.168.77.11", ""),
    ]
    rows = [
        f"192.168.77.10 dev wlan0 lladdr {first} REACHABLE",
        f"192.168.77.10 dev wlan0 lladdr {second} STALE",
        "192.168.77.11 dev wlan0 FAILED",
    ]
    assert network.duplicates("\n".join(rows)) == {"192.168.77.10": {first, second}}


def test_the_code_that_a_phone_reads() -> None:
    changes = {"password": 'a;b:c"d\\e'}
    assert network.wifi_code(form(**changes)) == 'WIFI:T:WPA;S:KEN-OUEN;P:a\\;b\\:c\\"d\\\\e;;'


@pytest.mark.root
@pytest.mark.netns
@pytest.mark.parametrize("broken", [False, True])
def test_hostapd_reads_its_file(tmp_path: Path, broken: bool) -> None:
    """There is no radio here: only the reading is tried, in a namespace without devices."""
    program = shutil.which("hostapd", path="/usr/sbin:/usr/bin")
    unshare = shutil.which("unshare")
    if program is None or unshare is None:
        pytest.skip("hostapd is not installed")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    text = network.files(form())["etc/hostapd/mahoroba.conf"]
    (tmp_path / "conf").write_text(text + ("no_such_key=1\n" if broken else ""))
    done = subprocess.run(
        [unshare, "--net", program, str(tmp_path / "conf")],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert ("errors found in configuration file" in done.stdout) is broken, done.stdout


def test_networkmanager_reads_the_keyfiles() -> None:
    """nmcli --offline reads and writes a profile without any daemon; nothing may be lost on the way."""
    program = shutil.which("nmcli")
    if program is None:
        pytest.skip("nmcli is not installed")
    path = SHIPPED / "liaison.toml"
    made = [r.content.decode() for r in step.resources(profile.load(path), path.parent) if r.kind == "file"]
    made.append(network.files(form())["etc/NetworkManager/system-connections/mahoroba-router.nmconnection"])
    for text in made:
        command = [program, "--offline", "connection", "modify", "connection.autoconnect", "yes"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=20)
        assert done.returncode == 0, done.stderr
        kept = [
            line for line in text.splitlines() if line.startswith(("id=", "uuid=", "ssid=", "psk=", "type="))
        ]
        assert set(kept) <= set(done.stdout.splitlines())
