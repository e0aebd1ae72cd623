"""Five hundred transfers cut at random (seeded) moments, by kill -9 of the sender or of the server: no half
file under a final name, no lost file, and each one ends with the right content when it is sent again."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SuiteError
from core.jobs import Report
from sharefolder import transfer
from sharefolder.local import LocalStorage
from sharefolder.ports import Credential, Storage
from sharefolder.smb import SmbStorage
from sharefolder.transfer import IfExists
from tests.fakes.samba import PASSWORD, Samba, running

NOTHING = Report(lambda _done, _total, _text: None)
MB = 1 << 20
SENDER = """
import sys
from pathlib import Path
from core.jobs import Report
from sharefolder import transfer
from sharefolder.local import LocalStorage
from sharefolder.ports import Credential
from sharefolder.transfer import IfExists
way, file, share, port = sys.argv[1:]
if way == "local":
    storage = LocalStorage(Path(share))
else:
    from sharefolder.smb import SmbStorage
    storage = SmbStorage("127.0.0.1", "zencho", lambda: Credential("root", "Ken-2026-test"), port=int(port))
def step(done, total, text):
    print(f"{done * 1e6:.0f}" if total else "", flush=True)
print("ready", flush=True)
transfer.upload(Path(file), storage, "", Report(step), IfExists.REPLACE)
print("whole", flush=True)
"""


class Cutter:
    """Sends one file again and again; each time something is killed when so many bytes are on their way."""

    def __init__(self, home: Path, way: str, server: Samba | None, seed: int) -> None:
        self.draw = random.Random(seed)
        self.home, self.way, self.server = home, way, server
        self.disk = server.export if server else home / "share"
        self.disk.mkdir(exist_ok=True)
        self.file = home / "大.bin"
        self.storage: Storage = LocalStorage(self.disk)
        if server is not None:
            who = Credential("root", PASSWORD)
            self.storage = SmbStorage("127.0.0.1", "zencho", lambda: who, port=server.port)

    def round(self, kill_server: bool) -> int:
        """One cut and the sending after it; how many bytes were there already."""
        most = 6 * MB + 2 * self.storage.unsettled  # so that there is often something to go on from
        old, new = self.draw.randbytes(MB // 2), self.draw.randbytes(self.draw.randint(1, most))
        target = self.disk / "大.bin"
        target.write_bytes(old)
        self.file.write_bytes(new)
        sender = self._sender()
        self._until(sender, self.draw.randint(0, 2 * len(new)))
        if kill_server and self.server is not None:
            self.server.stop(kill=True)
            sender.wait(60)
            self.server.start()
        else:
            sender.kill()
            sender.wait()
        assert target.read_bytes() in (old, new), "half a file under a final name"
        sent = self._again()
        assert target.read_bytes() == new
        assert sent.digest == transfer.blake3(new).hexdigest()
        left = {p.name for p in self.disk.iterdir()} - {"大.bin"}
        assert not left, "a part without an end"
        return sent.resumed

    def _sender(self) -> subprocess.Popen[str]:
        port = str(self.server.port if self.server else 0)
        call = [sys.executable, "-c", SENDER, self.way, str(self.file), str(self.disk), port]
        return subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def _until(self, sender: subprocess.Popen[str], moment: int) -> None:
        """Wait until so many bytes were sent and (above the file's size) read back; or until it is done."""
        assert sender.stdout is not None
        seen = passed = 0
        with sender.stdout:
            for line in sender.stdout:
                if line == "whole\n":
                    return
                if line.strip().isdigit():
                    now = int(line)
                    passed += max(0, now - seen) if now >= seen else now
                    seen = now
                    if passed >= moment:
                        return

    def _again(self) -> transfer.Sent:
        """As a person does: once more, and once more if the server is only just coming back."""
        end = time.monotonic() + 30
        while True:
            try:
                return transfer.upload(self.file, self.storage, "", NOTHING, IfExists.REPLACE)
            except SuiteError as error:
                if error.code != "SHARE-001" or time.monotonic() > end:
                    raise


@pytest.fixture
def server() -> Iterator[Samba]:
    if reason := Samba.missing():
        pytest.skip(reason)
    with running() as made:
        yield made


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10))
def test_a_sender_killed_on_a_local_share(tmp_path: Path, seed: int) -> None:
    cutter = Cutter(tmp_path, "local", None, seed)
    assert sum(cutter.round(kill_server=False) > 0 for _cut in range(20)) > 0


@pytest.mark.long
@pytest.mark.root
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_sender_killed_on_samba(tmp_path: Path, server: Samba, seed: int) -> None:
    cutter = Cutter(tmp_path, "smb", server, seed)
    assert sum(cutter.round(kill_server=False) > 0 for _cut in range(20)) > 0


@pytest.mark.long
@pytest.mark.root
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(20, 25))
def test_a_server_killed_while_it_receives(tmp_path: Path, server: Samba, seed: int) -> None:
    cutter = Cutter(tmp_path, "smb", server, seed)
    assert sum(cutter.round(kill_server=True) > 0 for _cut in range(20)) > 0


@pytest.mark.root
def test_a_few_cuts_of_sender_and_server(tmp_path: Path, server: Samba) -> None:
    """The default run's share of the proof above."""
    cutter = Cutter(tmp_path, "smb", server, 99)
    for number in range(12):
        cutter.round(kill_server=number % 3 == 2)
