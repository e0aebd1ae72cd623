"""5 GB を送って途中で閉じて続ける: killed on the way, the next one goes on, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from blake3 import blake3

from core.events import Events
from core.jobs import Report
from sharefolder.ports import Credential
from sharefolder.service import ShareService
from tests.fakes.samba import PASSWORD, Samba, running

NOTHING = Report(lambda _done, _total, _text: None)
GB5, CHUNK = 5_000_000_000, 1 << 20
PROGRAM = """
import sys
from pathlib import Path
from core.events import Events
from core.jobs import Report
from sharefolder.ports import Credential
from sharefolder.service import ShareService
from sharefolder.transfer import IfExists
home, file = sys.argv[1:]
service = ShareService(Path(home), Events(), lambda: "K1", lambda: Credential("root", "Ken-2026-test"))
def step(done, total, text):
    if total:
        print(f"{done:.0f}", flush=True)
service.upload("全庁", "", [Path(file)], IfExists.ASK, Report(step))
"""


@pytest.mark.long
@pytest.mark.root
@pytest.mark.timeout(1800)
def test_five_gigabytes_closed_on_the_way_and_gone_on_with(tmp_path: Path) -> None:
    if reason := Samba.missing():
        pytest.skip(reason)
    file, digest = tmp_path / "映像.bin", blake3()
    with file.open("wb") as out:
        for number in range(0, GB5, CHUNK):
            block = number.to_bytes(8, "big") * (min(CHUNK, GB5 - number) // 8)
            out.write(block)
            digest.update(block)
    with running() as server:
        home = tmp_path / "home"
        service = ShareService(home, Events(), lambda: "K1", lambda: Credential("root", PASSWORD))
        service.add_place("全庁", f"smb://127.0.0.1:{server.port}/zencho")
        for stop in (1_500, 3_800):  # megabytes on their way when the lid is closed
            _until(home, file, stop)
            assert not (server.export / file.name).exists()
        assert {Path(task.here).name for task in service.sending.pending()} == {file.name}
        batch = service.sending.resume(NOTHING)
        service.close()
        assert batch.sent[0].resumed > 3_000_000_000
        with (server.export / file.name).open("rb") as arrived:
            seen = blake3()
            while chunk := arrived.read(CHUNK):
                seen.update(chunk)
        assert seen.hexdigest() == digest.hexdigest() == batch.sent[0].digest


def _until(home: Path, file: Path, megabytes: int) -> None:
    """Start sending and kill it when so much is on its way."""
    call = [sys.executable, "-c", PROGRAM, str(home), str(file)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        for line in program.stdout:
            if int(line) >= megabytes:
                break
        program.kill()
