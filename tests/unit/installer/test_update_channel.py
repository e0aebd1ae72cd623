"""The update channel refuses what is changed, expired, older or not signed; on a stick as over the
network."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import TargetFile

from core.errors import SuiteError
from installer.update import command, publish
from installer.update.channel import INDEX, Channel, Offer
from installer.update.versions import Versions

PACKAGE = "mahoroba_0.2.0_amd64.deb"


class Office:
    """A channel on a stick, its keys, and a terminal that trusts it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stick, self.kept = folder, folder / "stick", folder / "kept"
        self.keys = publish.Keys(folder / "keys")
        self.keys.make()
        self.anchor = publish.begin(self.keys, self.stick).read_bytes()
        self.offer("0.2.0")

    def offer(self, version: str, when: datetime | None = None, content: bytes = b"a package") -> None:
        package = self.folder / f"mahoroba_{version}_amd64.deb"
        package.write_bytes(content)
        publish.offer(self.keys, self.stick, version, [package], when)

    def terminal(self, source: Path | None = None) -> Channel:
        return Channel(str(source or self.stick), self.kept, self.anchor)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_what_is_newer_is_offered_and_fetched(office: Office) -> None:
    offer = office.terminal().newer_than("0.1.0")
    assert offer == Offer("0.2.0", (PACKAGE,))
    (package,) = office.terminal().fetch(offer)
    assert package.read_bytes() == b"a package"


@pytest.mark.parametrize("have", ["0.2.0", "0.10.0"])
def test_the_same_or_an_older_version_is_no_update(office: Office, have: str) -> None:
    assert office.terminal().newer_than(have) is None


def test_a_changed_package_is_refused_and_not_left_behind(office: Office) -> None:
    for file in (office.stick / "targets").glob("*.deb"):
        file.write_bytes(b"b package")
    channel = office.terminal()
    offer = channel.newer_than("0.1.0")
    assert offer is not None
    with pytest.raises(SuiteError, match=r"UPD-01[12]"):
        channel.fetch(offer)
    assert list((office.kept / "downloads").glob("*.deb")) == []


@pytest.mark.parametrize("role", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
def test_changed_metadata_is_refused(office: Office, role: str) -> None:
    file = office.stick / "metadata" / role
    said = json.loads(file.read_bytes())
    said["signed"]["expires"] = "2099-01-01T00:00:00Z"
    file.write_text(json.dumps(said))
    with pytest.raises(SuiteError, match="UPD-011"):
        office.terminal().newer_than("0.1.0")


def test_a_stick_of_last_year_is_refused(office: Office) -> None:
    office.offer("0.3.0", datetime.now(UTC) - timedelta(days=365))
    with pytest.raises(SuiteError, match="UPD-011") as refused:
        office.terminal().newer_than("0.1.0")
    assert "Expired" in refused.value.why


def test_a_stick_from_before_is_refused_once_a_newer_was_seen(office: Office) -> None:
    old = office.folder / "old stick"
    shutil.copytree(office.stick, old)
    office.offer("0.3.0")
    assert office.terminal().newer_than("0.1.0") is not None
    with pytest.raises(SuiteError, match="UPD-011"):
        office.terminal(old).newer_than("0.1.0")


def test_somebody_elses_channel_is_refused(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Office(tmp_path / "other")
    with pytest.raises(SuiteError, match="UPD-011"):
        office.terminal(other.stick).newer_than("0.1.0")


def test_a_package_of_another_version_or_name_is_no_offer(office: Office) -> None:
    for name in ("mahoroba_0.9.0_amd64.deb", "other_0.4.0_amd64.deb"):
        index = json.dumps({"version": "0.4.0", "packages": [name]}).encode()
        (office.stick / "targets" / INDEX).write_bytes(index)
        files = {INDEX: TargetFile.from_data(INDEX, index, ["sha256"])}
        for signed in publish._offered(office.keys, office.stick, files, datetime.now(UTC)):
            publish._keep(signed, office.stick)
        with pytest.raises(SuiteError, match="UPD-013"):
            office.terminal().newer_than("0.1.0")


def test_an_empty_stick_says_so(office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SuiteError, match="UPD-012"):
        office.terminal(tmp_path / "empty").newer_than("0.1.0")


def test_only_https_and_folders_are_channels(office: Office) -> None:
    for address in ("http://updates.example", "ftp://updates.example"):
        with pytest.raises(SuiteError, match="UPD-010"):
            Channel(address, office.kept, office.anchor)


def test_keys_are_never_overwritten_and_lie_locked(office: Office) -> None:
    with pytest.raises(SuiteError, match="UPD-020"):
        office.keys.make()
    for file in (office.folder / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0
        assert file.name == "passphrase" or b"ENCRYPTED" in file.read_bytes()


def test_without_an_anchor_nothing_is_believed(office: Office, tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="UPD-014"):
        command.channel_here(str(office.stick), tmp_path / "none.json", office.kept)


def test_the_command_says_what_is_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "versions" / "0.1.0"
    folder.mkdir(parents=True)
    (folder / "VERSION").write_text("0.1.0\n")
    Versions(tmp_path, lambda _folder: "").take_over("0.1.0")
    assert command.main(["--root", str(tmp_path), "status"]) == 0
    assert "0.1.0" in capsys.readouterr().out


LATER = publish.LASTS["root"] + timedelta(days=1)


def test_a_channel_older_than_its_root_goes_on_after_renew(tmp_path: Path) -> None:
    keys, stick, begun = publish.Keys(tmp_path / "keys"), tmp_path / "stick", datetime.now(UTC) - LATER
    keys.make()
    anchor = publish.begin(keys, stick, begun).read_bytes()
    package = tmp_path / PACKAGE
    package.write_bytes(b"a package")
    publish.offer(keys, stick, "0.2.0", [package])
    terminal = lambda: Channel(str(stick), tmp_path / "kept", anchor)  # noqa: E731
    with pytest.raises(SuiteError, match="UPD-011"):
        terminal().newer_than("0.1.0")
    assert publish.renew(keys, stick).name == "2.root.json"
    assert terminal().newer_than("0.1.0") == Offer("0.2.0", (PACKAGE,))


def test_a_terminal_with_the_old_root_follows_to_new_keys(office: Office, tmp_path: Path) -> None:
    assert office.terminal().newer_than("0.1.0") is not None
    call = ["--keys", str(tmp_path / "keys"), "--channel", str(office.stick)]
    assert publish.main([*call, "renew", "--new-keys", str(tmp_path / "new")]) == 0
    assert office.terminal().newer_than("0.1.0") == Offer("0.2.0", (PACKAGE,)), "what was on offer still is"
    office.offer("0.3.0")  # by the former keys: they count no more
    with pytest.raises(SuiteError, match="UPD-011"):
        office.terminal().newer_than("0.1.0")
    office.keys = publish.Keys(tmp_path / "new")
    office.offer("0.3.0")
    assert office.terminal().newer_than("0.1.0") == Offer("0.3.0", ("mahoroba_0.3.0_amd64.deb",))
    fresh = Channel(str(office.stick), tmp_path / "kept-2", office.anchor)
    assert fresh.newer_than("0.1.0") is not None, "also one that has seen nothing since the first root"


def test_only_the_channels_own_keys_renew_it(office: Office, tmp_path: Path) -> None:
    other = publish.Keys(tmp_path / "other")
    other.make()
    for keys, channel in ((other, office.stick), (office.keys, tmp_path / "nothing")):
        with pytest.raises(SuiteError, match="UPD-024"):
            publish.renew(keys, channel)
    assert office.terminal().newer_than("0.1.0") is not None


@pytest.mark.parametrize(
    ("version", "name", "code"),
    [
        ("0.3.0", "nothing/mahoroba_0.3.0_amd64.deb", "UPD-023"),
        ("0.3.0", PACKAGE, "UPD-023"),
        ("0.3.0", "notes.txt", "UPD-023"),
        ("three", PACKAGE, "UPD-022"),
    ],
)
def test_what_cannot_be_offered_leaves_what_is_on_offer(
    office: Office, tmp_path: Path, version: str, name: str, code: str
) -> None:
    before = {path: path.read_bytes() for path in office.stick.rglob("*") if path.is_file()}
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(SuiteError, match=code):
        publish.offer(office.keys, office.stick, version, [tmp_path / name])
    assert {path: path.read_bytes() for path in office.stick.rglob("*") if path.is_file()} == before
