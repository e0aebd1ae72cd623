"""Checks of the machine: disk, clock, printer. They need none of the suite's features."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import time

from core.clock import GuardedClock
from core.i18n import _
from core.paths import Paths
from installer.selftest import Outcome, failed, ok, unknown

LEAST_FREE = 500_000_000
"""Bytes below which a day's work (schedule, index, partial transfers) may not fit any more."""
PROBE_BYTES = 1 << 20
BUILT = 1_790_000_000
"""Seconds since 1970, autumn 2026: a clock before it is wrong."""


def disk(paths: Paths) -> Outcome:
    """Space, and a megabyte written, flushed and read again where the databases lie."""
    free = shutil.disk_usage(paths.data).free
    probe = paths.data / f".self-test.{os.getpid()}"
    content = os.urandom(1024) * (PROBE_BYTES // 1024)
    step = _("不要なファイルを消して空きを作るか、情報担当に連絡してください。")
    try:
        with probe.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        same = probe.read_bytes() == content
    except OSError as error:
        why = _("データの置き場所に書き込めません（{reason}）。").format(reason=error.strerror or error)
        return failed(why, step, "SELF-010")
    finally:
        probe.unlink(missing_ok=True)
    if not same:
        return failed(_("書き込んだ内容と読み出した内容が違います。"), step, "SELF-011")
    room = _("空きは {gb:.1f} GB です。").format(gb=free / 1e9)
    if free < LEAST_FREE:
        return failed(room, step, "SELF-012")
    return ok(_("書き込みと読み出しができます。") + room)


def clock(paths: Paths) -> Outcome:
    """Wrong is: before this version was made, or behind a time that this terminal has already seen."""
    guarded = GuardedClock(paths.state / "clock.json")
    guarded.now()
    step = _("端末の日付と時刻を合わせてください。ずれているとサインインできません。")
    if time.time() < BUILT:
        return failed(_("端末の時計が過去を指しています。"), step, "SELF-020")
    if guarded.set_back:
        return failed(_("端末の時計が前に見た時刻より戻っています。"), step, "SELF-021")
    synchronised = kernel_synchronised()
    if synchronised:
        return ok(_("時計は時刻サーバーと合っています。"))
    return unknown(
        _("時計は進んでいますが、時刻サーバーと合わせている記録がありません。"),
        _("端末の時刻合わせ（NTP）を有効にしてください。"),
        "SELF-022",
    )


def kernel_synchronised() -> bool | None:
    """Whether something disciplines the kernel's clock (adjtimex(2): TIME_ERROR is 5); None: cannot tell."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "adjtimex"):
        return None
    state = int(library.adjtimex(ctypes.create_string_buffer(512)))  # struct timex: 208 bytes; modes 0 reads
    return None if state < 0 else state != 5


def printer() -> Outcome:
    """The printers that the system's print service (CUPS) knows, and whether they take jobs."""
    program = shutil.which("lpstat")
    if program is None:
        return unknown(
            _("印刷の仕組み（CUPS）がこの端末にありません。"),
            _("印刷するときは、情報担当に連絡してください。PDF の保存はできます。"),
            "SELF-030",
        )
    done = subprocess.run(  # noqa: S603 - the system's own tool, no shell
        [program, "-a"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=100,  # a print service that hangs is given up long before, as not known
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
    )
    accepting = [line for line in done.stdout.splitlines()[:1000] if " accepting requests" in line]
    refusing = [line for line in accepting if " not accepting requests" in line]
    if done.returncode != 0 or not accepting:
        return unknown(
            _("使えるプリンターが登録されていません。"),
            _("印刷するときは、情報担当にプリンターの登録を頼んでください。"),
            "SELF-031",
        )
    if len(refusing) == len(accepting):
        return failed(
            _("登録されたプリンターがどれも印刷を受け付けていません。"),
            _("プリンターの電源と紙を確かめてください。"),
            "SELF-032",
        )
    ready = len(accepting) - len(refusing)
    return ok(_("{count} 台のプリンターが印刷を受け付けています。").format(count=ready))
