"""One person's working day in one process: the real window, schedule and share, five minutes a line.

Reads a line a tick and answers with one of JSON (what it uses now, what waits, what was refused); at ``end``
it lets everything arrive and says what the day has promised: each event and file that was acknowledged.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from core.errors import SuiteError
from core.jobs import Report
from core.paths import Paths
from core.secrets import MemorySecrets
from desktop.ui.memory import give_back, stay_small

PIN = "493817"
DAY = datetime(2026, 11, 26, 8, 30)
NOTHING = Report(lambda _done, _total, _text: None)
PLACE = "全庁共有"


class Day:
    """``events``: uid → (title, hour) as last acknowledged; ``files``: path on the share → SHA-256."""

    def __init__(self, given: dict[str, str]) -> None:
        from auth.model import Person, Role
        from calendar_sync.model import Owner
        from desktop import app
        from desktop.pages.window import Window
        from desktop.ui.application import make_application

        self.chance = random.Random(int(given["seed"]))
        self.app = make_application()
        paths = Paths.from_environment()
        self.services = app.build(paths)
        app.open_features(self.services, _no_camera, MemorySecrets())  # type: ignore[arg-type]
        person = Person("K100234", "山本 花子", "やまもと はなこ", "情報政策課", Role.IT)
        self.services.auth.create_first_administrator(person, PIN)
        self.window = Window(self.services, app.PAGES)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.open()
        self.schedule = self.services.schedules.of(Owner("K100234", person.name, person.section))
        assert self.schedule.accounts is not None
        self.schedule.accounts.use(given["calendar"], "K100234", given["calendar_password"])
        self.share = self.services.share
        self.share.add_place(PLACE, given["share"], "root", given["share_password"])
        self.own = next(c for c in self.schedule.collections() if c.kind == "own")
        self.events: dict[str, tuple[str, int, int]] = {}
        self.files: dict[str, str] = {}
        self.sources = Path(given["sources"])
        self.pages = [page.key for page in app.PAGES]
        self.refused: list[str] = []
        self.settle()

    def settle(self, longest: float = 20) -> None:
        """Let the window work until it is idle."""
        end = time.monotonic() + longest
        while time.monotonic() < end:
            self.app.processEvents()
            if self.services.bridge.idle:
                break
            time.sleep(0.005)
        self.app.processEvents()

    def attempt(self, act: Callable[[], object]) -> bool:
        """Whether ``act`` was acknowledged; its refusal, in the suite's own words, is noted."""
        try:
            act()
        except SuiteError as error:
            self.refused.append(error.code)
            return False
        return True

    def tick(self, number: int) -> None:
        """Five minutes of somebody at a desk."""
        self.services.go(self.pages[number % len(self.pages)])
        self.settle(5)
        for _each in range(3):
            self.attempt(self._event)
        self.attempt(self._change)
        self.attempt(lambda: self.schedule.sync())
        self.attempt(self._send)
        self.attempt(self._read_back)
        if number % 6 == 5:
            self._leave_the_desk()
        if number % 24 == 23:
            assert self.services.audit.verify().ok
        self.settle(5)

    def _event(self) -> None:
        from calendar_sync.model import Draft

        title = f"打合せ {len(self.events)}-{self.chance.randrange(10**6)}"
        start = DAY + timedelta(days=self.chance.randrange(60), minutes=30 * self.chance.randrange(16))
        self.schedule.create(Draft(self.own.id, title, start, start + timedelta(minutes=30)))
        self.events[title] = (title, start.day, start.hour)

    def _change(self) -> None:
        """One is moved, one goes: as many as come, so that the day does not grow."""
        from calendar_sync.model import Change

        found = self.schedule.between(DAY - timedelta(days=1), DAY + timedelta(days=70), everything=True)
        mine = [o for o in found if o.summary in self.events]
        if len(mine) > 40:
            for gone in self.chance.sample(mine, 4):
                self.schedule.delete(gone.event)
                del self.events[gone.summary]
                mine.remove(gone)
        if mine:
            moved = self.chance.choice(mine)
            start = moved.start.replace(hour=(moved.start.hour + 1) % 24)
            self.schedule.change(moved.event, Change(start=start, end=start + timedelta(minutes=30)))
            self.events[moved.summary] = (moved.summary, start.day, start.hour)

    def _send(self) -> None:
        from sharefolder.transfer import IfExists

        if self.share.sending.pending():
            self._arrived(self.share.sending.resume(NOTHING))
        content = self.chance.randbytes(self.chance.randrange(1_000, 3_000_000))
        source = self.sources / f"資料 {self.chance.randrange(10**9)}.bin"
        source.write_bytes(content)  # the person's own file lies on another disk than the suite's
        self._arrived(self.share.upload(PLACE, "", [source], IfExists.KEEP_BOTH, NOTHING))

    def _arrived(self, batch: object) -> None:
        for sent in batch.sent:  # type: ignore[attr-defined]
            source = self.sources / sent.path
            self.files[sent.path] = hashlib.sha256(source.read_bytes()).hexdigest()

    def _read_back(self) -> None:
        """A listing, and a file that was sent earlier, whole."""
        for _entries in self.share.entries(PLACE, ""):
            pass
        if not self.files:
            return
        path = self.chance.choice(sorted(self.files))
        digest = hashlib.sha256(b"".join(map(bytes, self.share._storage(PLACE).read(path)))).hexdigest()
        assert digest == self.files[path], f"{path} is not what was sent"

    def _leave_the_desk(self) -> None:
        auth = self.services.auth
        if auth.session is None:
            self.attempt(lambda: auth.sign_in_pin("K100234", PIN))
        else:
            self.attempt(lambda: auth.lock("away"))
            assert auth.session is None or auth.session.locked
            self.settle(5)
            self.attempt(lambda: auth.unlock_pin(PIN))
        self.settle(5)

    def uses(self) -> dict[str, object]:
        """Memory that is this process's alone (bytes), open files, threads, what waits to be sent."""
        gc.collect()
        self.settle(5)
        give_back()  # as three seconds after a page is shown
        process = psutil.Process()
        codes, self.refused = self.refused, []
        return {
            "memory": process.memory_full_info().uss,
            "files": process.num_fds(),
            "open": sorted(_opened()),
            "threads": process.num_threads(),
            "unsent": self.schedule.unsent(),
            "pending": len(self.share.sending.pending()),
            "refused": codes,
        }

    def end(self) -> dict[str, object]:
        """All arrives; then the promises."""
        for _try in range(5):
            self.attempt(lambda: self.schedule.sync())
            if self.share.sending.pending():
                self.attempt(lambda: self._arrived(self.share.sending.resume(NOTHING)))
            self.settle(5)
        whole = self.services.audit.verify().ok
        own = next(c.href for c in self.schedule.collections() if c.kind == "own")
        kept = self.uses() | {"collection": own, "audit": whole}
        kept |= {"events": sorted(self.events.values()), "sent": self.files}
        self.window.close()
        self.services.schedules.close()
        self.share.close()
        self.services.bridge.close()
        return kept


def _opened() -> Iterator[str]:
    """What stands behind each open file: a path, or a kind (socket, pipe …)."""
    for fd in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own
            yield re.sub(r":\[\d+\]$", "", os.readlink(fd)).removeprefix(os.environ["MAHOROBA_HOME"])


def _no_camera() -> object:
    raise SuiteError("カメラを使えません。", "カメラがありません。", "暗証番号を使ってください。", "CAM-001")


def main() -> None:
    stay_small()  # as the program does, before anything else
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    day = Day(json.loads(sys.stdin.readline()))
    print(json.dumps(day.uses()), file=out, flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            print(json.dumps(day.end(), ensure_ascii=False), file=out, flush=True)
            return
        day.tick(int(line))
        print(json.dumps(day.uses()), file=out, flush=True)


if __name__ == "__main__":
    main()
