"""Liaison laptops at the desk: the wipe, fifty hand-outs, the temporary network, labels."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.network_lab import missing, network_lab
from benchmarks.record import Record
from core.events import Events
from core.secrets import MemorySecrets
from liaison.borrowers import Borrower
from liaison.descent import mark_guest_root
from liaison.network import Form
from liaison.service import LiaisonService
from liaison.wipe import wipe_folder

MARKER = b"MAHOROBA-BENCH-MARKER"


def records() -> Iterator[Record]:
    """The figures, each with what was counted."""
    yield from _wiping()
    yield from _hand_outs()
    yield from _network()
    yield from _labels()


def _wiping() -> Iterator[Record]:
    """On ext4 with encryption in a loop file: a guest's 20 MB, then the return."""
    if os.geteuid() != 0:
        print("  wiping left out: loop mounts need root", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        image, point = Path(made) / "disk.img", Path(made) / "disk"
        image.touch()
        os.truncate(image, 96 * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-O", "encrypt,stable_inodes", str(image)], check=True)
        point.mkdir()
        subprocess.run(["mount", "-o", "loop", str(image), str(point)], check=True)
        try:
            mark_guest_root(point)
            wipe_folder(point, "guest")
            for number in range(20):
                (point / f"guest/{MARKER.decode()}-{number}").write_bytes(MARKER * 50_000)
            os.sync()
            begin = time.monotonic()
            wiped = wipe_folder(point, "guest", trim=True)
            took = time.monotonic() - begin
            os.sync()
            markers = image.read_bytes().count(MARKER)
        finally:
            subprocess.run(["umount", str(point)], check=True)
    held = took <= 5 and markers == 0 and wiped.method.startswith("Cryptographic")
    yield Record(
        "return: wiped and verified",
        took,
        "s",
        "≤ 5, 0 markers",
        held,
        n=f"20 files of 1 MB, {markers} markers in the raw image",
    )


def _network() -> Iterator[Record]:
    """From the generated files to fifty addresses, with a real client in a namespace each."""
    if why := missing():
        print(f"  network left out: {why}", file=sys.stderr)
        return
    form = Form.model_validate({"name": "bench", "ssid": "BENCH", "password": secrets.token_hex(8)})
    with network_lab(form, 50) as net:
        begin = time.monotonic()
        net.up()
        got = net.ask_for_leases(net.clients)
        took = time.monotonic() - begin
        addresses = {net.lease(client)[0] for client in net.clients} if got == 50 else set()
    held = took <= 30 and len(addresses) == 50
    yield Record(
        "network up and 50 leases", took, "s", "≤ 30", held, n=f"{len(addresses)} addresses; no radio here"
    )


def _hand_outs() -> Iterator[Record]:
    """Fifty scans through the service, a borrower each; the laptops are folders, prepared before."""
    with tempfile.TemporaryDirectory(prefix="mahoroba-bench-") as made:
        service = LiaisonService(Path(made) / "liaison", MemorySecrets(), Events(), lambda: "bench")
        service.move_in_trial(50)
        tags = [tile.tag for tile in service.tiles()]
        outcomes = service.prepare(tags, lambda *_words: None)
        begin = time.monotonic()
        for tag in tags:
            service.lend(service.office.label(tag), Borrower(f"髙﨑 {tag}", "国土交通省"))
        took = time.monotonic() - begin
        whole = service.ledger.verify().ok and all(o.ready for o in outcomes)
    yield Record(
        "50 hand-outs as scans", took, "s", "≤ 60", took <= 60 and whole, n="50 loans, chain verified"
    )


def _labels() -> Iterator[Record]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import cv2
    import numpy as np
    import pypdfium2

    from desktop.pages.liaison.paper import Label, labels
    from desktop.ui.application import make_application
    from liaison.tags import Office

    make_application()
    office = Office("KEN")
    codes = {f"K{n:02d}": office.label(f"K{n:02d}") for n in range(1, 51)}
    begin = time.monotonic()
    pdf = labels([Label(tag, code, "県 情報政策課") for tag, code in codes.items()])
    took = time.monotonic() - begin
    read = set()
    for page in pypdfium2.PdfDocument(pdf):
        picture = np.ascontiguousarray(page.render(scale=150 / 72).to_numpy()[:, :, :3])
        height, width = picture.shape[:2]
        for place in range(44):
            y, x = (8.8 + place // 4 * 25.4) / 297 * height, (8.4 + place % 4 * 48.3) / 210 * width
            cut = picture[int(y) : int(y + 0.0855 * height), int(x) : int(x + 0.13 * width)]
            read.add(cv2.QRCodeDetector().detectAndDecode(cut)[0])
    found = len(read & set(codes.values()))
    yield Record(
        "50 labels as PDF",
        took,
        "s",
        "≤ 3, 50/50 decode at 150 dpi",
        took <= 3 and found == 50,
        n=f"{found} of 50 decoded",
    )
