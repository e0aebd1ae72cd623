"""Profiles: strict, inherited, with the line and the name meant; bundles: the same bytes each time."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.secrets import MemorySecrets
from liaison import bundle, profile
from liaison.signing import BUNDLE, Signer, verify
from tests.unit.liaison.conftest import SHIPPED, Bench


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "profiles"))


def test_every_shipped_profile_builds(bench: Bench) -> None:
    for path in SHIPPED.glob("*.toml"):
        assert bench.build(path.stem).profile == path.stem


def test_the_specific_file_wins_and_tables_merge(folder: Path) -> None:
    loaded = profile.load(folder / "e-application.toml")
    assert loaded.screen is not None
    assert loaded.screen.lock_after_s == 120
    assert loaded.guest.name == "shinsei"
    assert loaded.battery is not None  # from base


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("[browser]", "[browzer]", "13", "browser"),
        ("need_camera = true", "need_camra = true", "30", "need_camera"),
        ('homepage = "https://www', 'homepage = 5 # "https://www', "14", "browser.homepage"),
        ('ssid = "KEN-OUEN"', 'sid = "KEN-OUEN"', "8", "ssid"),
    ],
)
def test_a_typo_is_named_with_its_line_and_what_was_meant(
    folder: Path, old: str, new: str, line: str, said: str
) -> None:
    path = folder / "liaison.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(SuiteError) as error:
        profile.load(path)
    assert error.value.code == "LIAISON-001"
    assert said in error.value.why


def test_the_line_is_the_right_one(folder: Path) -> None:
    path = folder / "liaison.toml"
    rows = path.read_text().splitlines()
    at = rows.index("need_camera = true")
    rows[at] = "need_camra = true"
    path.write_text("\n".join(rows))
    with pytest.raises(SuiteError) as error:
        profile.load(path)
    assert f"{at + 1} 行目" in error.value.why


@pytest.mark.parametrize(
    "text",
    ['extends = "x.toml"\nname = "x"', 'extends = "../up.toml"', "name = ", 'name = "x"\nname = "y"', "\xff"],
)
def test_broken_profiles_are_refused_in_words(folder: Path, text: str) -> None:
    (folder / "x.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(SuiteError) as error:
        profile.load(folder / "x.toml")
    assert error.value.code == "LIAISON-001"


def test_a_document_cannot_be_taken_from_elsewhere(folder: Path, bench: Bench) -> None:
    path = folder / "liaison.toml"
    path.write_text(path.read_text() + '\n[documents]\nfiles = ["../../../etc/passwd"]\n')
    with pytest.raises(SuiteError):
        bundle.build(profile.load(path), path, bench.signer, date(2026, 11, 23))


def test_the_same_profile_and_day_give_the_same_bytes(folder: Path) -> None:
    secrets = MemorySecrets()
    day = date(2026, 11, 23)
    made = [
        bundle.build(profile.load(p), p, Signer(secrets), day)
        for p in (folder / "liaison.toml", SHIPPED / "liaison.toml")
    ]
    assert made[0].tar == made[1].tar
    path = folder / "liaison.toml"
    path.write_text(path.read_text().replace("need_camera = true", "need_camera = false"))
    assert bundle.build(profile.load(path), path, Signer(secrets), day).id != made[0].id


def test_a_bundle_from_a_stick_is_checked(bench: Bench) -> None:
    made = bench.build()
    now = datetime.now(UTC)
    assert bundle.read(made.tar, bench.signer.public, now).id == made.id
    broken = bytearray(made.tar)
    broken[made.tar.index(b"usb-storage")] ^= 1
    for content, key, when in (
        (bytes(broken), bench.signer.public, now),
        (made.tar, Signer(MemorySecrets()).public, now),
        (made.tar, bench.signer.public, now + timedelta(days=400)),
        (b"not a tar", bench.signer.public, now),
        (made.tar[:700], bench.signer.public, now),
    ):
        with pytest.raises(SuiteError) as error:
            bundle.read(content, key, when)
        assert error.value.code == "LIAISON-002"


def test_openssh_and_we_agree_on_signatures(tmp_path: Path) -> None:
    signer = Signer(MemorySecrets())
    (tmp_path / "signers").write_text(signer.allowed_signers())
    (tmp_path / "sig").write_text(signer.sign(b"content", BUNDLE))
    command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "liaison"]
    command += ["-n", BUNDLE, "-s", str(tmp_path / "sig")]
    assert subprocess.run(command, input=b"content", capture_output=True, check=False).returncode == 0
    assert subprocess.run(command, input=b"Content", capture_output=True, check=False).returncode != 0
    assert verify(signer.sign(b"content", BUNDLE), b"content", BUNDLE, signer.public)
    assert not verify(signer.sign(b"content", BUNDLE), b"content", "another", signer.public)
    assert not verify(
        "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----", b"", BUNDLE, signer.public
    )
