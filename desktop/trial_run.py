"""The main job without a screen or a camera: enrol, a photo refused, the face accepted, the page *today*.

``./mahoroba run`` does this on a machine that has no screen: the real window runs under a virtual one, an
actor sits before the camera, a director presses the buttons that a person would. Whatever does not happen as
it should makes the exit code say no.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from desktop import trial

SCREEN = "1440x900x24"


@dataclass
class Step:
    """One thing that had to happen, and what did."""

    name: str
    held: bool = False
    tries: int = 0
    seconds: float = 0.0
    saw: str = ""
    screenshot: str = ""


@dataclass
class Summary:
    """What ``out/summary.json`` says."""

    held: bool = False
    steps: list[Step] = field(default_factory=list)

    def text(self) -> str:
        lines = [
            f"{'✓' if step.held else '✗'} {step.name}（{step.seconds} 秒） {step.saw}" for step in self.steps
        ]
        verdict = _("すべて確かめました。") if self.held else _("確かめられなかったことがあります。")
        return "\n".join([*lines, verdict])


def main(out: Path) -> int:
    """Perform the main job; screenshots, summary.json, summary.txt in ``out``. 0 only if all of it held."""
    out.mkdir(parents=True, exist_ok=True)
    print(_("画面がないので、仮想の画面で主な仕事を行います（1分ほど）。"), flush=True)
    with tempfile.TemporaryDirectory(prefix="mahoroba-trial-") as home, _virtual_screen():
        trial.move_in(Path(home))
        summary = _perform(out)
    (out / "summary.json").write_text(
        json.dumps(asdict(summary), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    (out / "summary.txt").write_text(summary.text() + "\n", encoding="utf-8")
    print(summary.text())
    print(_("画面の写しと結果: {folder}").format(folder=out.resolve()))
    return 0 if summary.held else 1


@contextmanager
def _virtual_screen() -> Iterator[None]:
    """Xvfb for as long as we run; DISPLAY names it."""
    program = shutil.which("Xvfb")
    if program is None:
        raise SuiteError(
            _("体験版を始められません。"),
            _("この端末には画面がなく、仮想の画面（Xvfb）も入っていません。"),
            _("画面のある端末で実行するか、管理者に xvfb パッケージを依頼してください。"),
            "GEN-002",
        )
    reader, writer = os.pipe()
    arguments = [program, "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(  # noqa: S603 no shell, our own arguments
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[writer],
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            os.environ["DISPLAY"] = ":" + answer.readline().strip()
        os.environ.setdefault("DBUS_SESSION_BUS_ADDRESS", "disabled:")  # else X11 would have one launched
        yield
    finally:
        server.terminate()
        server.wait()


def _perform(out: Path) -> Summary:
    from desktop.trial_director import Director

    return Director(out).perform()
