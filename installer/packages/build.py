"""The one-folder program of this commit, the same bytes each time.

An environment of its own is made from the locks (no test's package can slip in), PyInstaller gathers, and
the tree is finished: version, notices, bill of materials, manifest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _
from core.version import SOURCE
from installer.packages import notices, tree
from installer.registry import uv_environment

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
BUILD_LOCK = HERE / "requirements-build.lock"
WINDOWED = "opencv-python"
"""Left out: its namesake without windows stands in the build's own lock."""


def build(out: Path, version: str = SOURCE) -> Path:
    """``out/mahoroba``: the finished tree. SuiteError PACK-001 when a tool fails (its last words are the
    why)."""
    out.mkdir(parents=True, exist_ok=True)
    python = environment(out / "environment")
    _run([sys.executable, "-m", "desktop.locale.catalogue"], cwd=ROOT, PYTHONPATH=str(ROOT))
    folder = out / "mahoroba"
    shutil.rmtree(folder, ignore_errors=True)
    work = out / "work"
    options = ["--noconfirm", "--clean", "--distpath", str(out), "--workpath", str(work)]
    command = [str(python), "-m", "PyInstaller", *options, "--log-level", "WARN", str(HERE / "mahoroba.spec")]
    _run(command, cwd=ROOT, PYTHONHASHSEED="0", SOURCE_DATE_EPOCH=str(tree.EPOCH), PYTHONPATH=str(ROOT))
    shutil.rmtree(work)
    _without_debugging(folder / "_internal")
    notices.write(folder, _distributions(python))
    tree.finish(folder, version)
    return folder


def _without_debugging(inside: Path) -> None:
    """The interpreter's own libraries carry three quarters of debugging tables, which nobody reads here."""
    own = [*inside.glob("libpython*.so*"), *inside.glob("python*/lib-dynload/*.so")]
    for path in own:
        path.chmod(0o755)
    _run(["strip", "--strip-debug", *map(str, own)])


def environment(folder: Path) -> Path:
    """A fresh environment with what runs and what builds, and nothing else; its Python."""
    uv = os.environ.get("MAHOROBA_UV") or shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    _run([uv, "venv", "-q", "--no-python-downloads", "--python", sys.executable, str(folder)])
    for lock in (_without(ROOT / "installer" / "requirements.lock", WINDOWED, folder), BUILD_LOCK):
        install = [uv, "pip", "install", "-q", "--no-deps", "--require-hashes", "--python", str(python)]
        _run([*install, "-r", str(lock)])
    return python


def _without(lock: Path, name: str, folder: Path) -> Path:
    """The lock without one package, in ``folder``."""
    entry = re.compile(rf"^{re.escape(name)}==.*\n(?: .*\n)*", re.MULTILINE)
    target = folder / lock.name
    target.write_text(entry.sub("", lock.read_text(encoding="utf-8")), encoding="utf-8")
    return target


def _distributions(python: Path) -> Path:
    """The site-packages folder of an environment."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(_run([str(python), "-c", code]).strip())


def _run(command: Sequence[str], cwd: Path | None = None, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **uv_environment(os.environ, Path.home()), **environment},
    )
    if done.returncode != 0:
        raise SuiteError(
            _("パッケージを作れませんでした。"),
            " / ".join((done.stderr or done.stdout).strip().splitlines()[-4:])[-600:],
            _("上の理由を直して、もう一度実行してください。"),
            "PACK-001",
        )
    return done.stdout
