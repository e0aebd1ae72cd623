"""Checks of the suite itself: its program, models, camera, keys, documents and index."""

from __future__ import annotations

import hashlib
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from auth.face import models
from auth.face.camera import Camera
from core.errors import SuiteError
from core.i18n import _
from core.paths import Paths
from core.secrets import SecretStore
from core.version import package_folder, version
from installer.selftest import Outcome, State, failed, from_error, ok, unknown

NATIVE = ("ai_edge_litert.interpreter", "apsw", "argon2", "blake3", "cryptography.x509", "cv2", "lxml.etree",
          "numpy", "psycopg", "pypdfium2", "python_calamine")  # fmt: skip
"""What brings compiled code: the first to break when a package is incomplete or meets an older system."""
CHILD_S = 100
"""Ends a child that hangs, long after its question was given up as not known."""
MANIFEST = "MANIFEST"
BUSY = ("CAM-003", "CAM-002")
"""The camera is somebody else's just now, or was pulled out while it was looked at: not known."""


def program() -> Outcome:
    """Every file of the installed version is the one that was packed, and all compiled parts load."""
    for name in NATIVE:
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as error:
            words = _("部品「{name}」を読み込めません（{reason}）。")
            what = words.format(name=name, reason=type(error).__name__)
            return failed(what, _reinstall(), "SELF-041")
    folder = package_folder()
    if folder is None:
        return ok(_("まほろば {version}（ソースから）の部品はすべて読み込めます。").format(version=version()))
    try:
        wrong = changed_files(folder)
    except OSError as error:
        what = _("プログラムのファイルを読めません（{reason}）。").format(reason=error.strerror or error)
        return failed(what, _reinstall(), "SELF-042")
    if wrong:
        words = _("プログラムのファイル {count} 個が、配られたものと違います（{name} など）。")
        return failed(words.format(count=len(wrong), name=wrong[0]), _reinstall(), "SELF-043")
    return ok(_("まほろば {version} のファイルはすべて、配られたとおりです。").format(version=version()))


def changed_files(folder: Path) -> list[str]:
    """Names below ``folder`` that its MANIFEST does not name, or that are missing or of other content.

    A line is the SHA-256, two spaces, the name (as of sha256sum). OSError when there is no manifest.
    """
    wrong = []
    expected: dict[str, str] = {}
    for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines():
        digest, _space, name = line.partition("  ")
        expected[name] = digest
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            wrong.append(name)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return wrong + sorted(there - set(expected) - {MANIFEST})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reinstall() -> str:
    return _("情報担当に連絡してください。前の版に戻すか、もう一度導入すると直ります。")


def window() -> Outcome:
    """A window is made on no screen, in a process of its own, with a font that has Japanese letters."""
    answers = {
        0: ok(_("画面の部品と日本語の書体がそろっています。")),
        3: failed(
            _("日本語の書体がこの端末にありません。"), _("情報担当に書体の導入を頼んでください。"), "SELF-047"
        ),
    }
    done = subprocess.run(
        [sys.executable, "-P", "-m", "desktop.window_probe"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=CHILD_S,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    broken = failed(_("画面の部品が動きません。"), _reinstall(), "SELF-046")
    return answers.get(done.returncode, broken)


def face_models() -> Outcome:
    """Each model is the pinned file, and together they find the face in the actor's picture."""
    for name in models.locked_models():
        models.locate(name)
    from auth.face.actor import ActorCamera
    from auth.face.engine import FaceAnalyser

    camera = ActorCamera()
    camera.open()
    try:
        seen = FaceAnalyser().analyse(camera.read())
    finally:
        camera.close()
    if seen.face is None:
        return failed(_("モデルは正規のものですが、見本の顔を見つけられません。"), _reinstall(), "SELF-045")
    return ok(
        _("モデル {count} 個は正規のもので、見本の顔を見つけられます。").format(
            count=len(models.locked_models())
        )
    )


def camera(open_camera: Callable[[], Camera]) -> Outcome:
    """One picture is taken, looked at for light only, and forgotten."""
    chosen = open_camera()
    try:
        chosen.open()
        frame = chosen.read()
    except SuiteError as error:
        return from_error(error, State.UNKNOWN if error.code in BUSY else State.FAIL)
    finally:
        chosen.close()
    height, width = frame.image.shape[:2]
    size = _("カメラから {width}×{height} の映像が届いています。").format(width=width, height=height)
    if float(frame.image.std()) < 1.0:
        return failed(
            _("カメラの映像が一色です。"), _("カメラのふたを開け、明るさを確かめてください。"), "SELF-050"
        )
    return ok(size)


def keyring(open_store: Callable[[], SecretStore]) -> Outcome:
    """A value is kept, read again and deleted."""
    store, name, value = open_store(), "self-test", hashlib.sha256(b"self-test").digest()
    store.set(name, value)
    try:
        same = store.get(name) == value
    finally:
        store.delete(name)
    if not same:
        return failed(
            _("鍵の保管庫が、預けたものと違うものを返しました。"),
            _("情報担当に連絡してください。"),
            "SELF-055",
        )
    return ok(_("鍵の保管庫は使えます。") + (store.warning or ""))


def index(paths: Paths) -> Outcome:
    """The limited reader reads a document; every index of this terminal's shares is whole."""
    import apsw

    from sharefolder.documents.sandbox import Sandbox

    with tempfile.TemporaryDirectory(prefix="mahoroba-self-test-") as made:
        sample = Path(made) / "sample.txt"
        sample.write_text("まほろばの自己診断", encoding="utf-8")
        sandbox = Sandbox(timeout=CHILD_S)
        try:
            answer = sandbox.ask("text", sample)
        finally:
            sandbox.close()
    step = _("共有フォルダの画面で索引を作り直してください。続くときは情報担当に連絡してください。")
    if "自己診断" not in str(answer.value):
        return failed(_("書類を読む部品が動きません。"), _reinstall(), "SELF-060")
    found = sorted((paths.data / "share").glob("index-*.db"))
    for path in found:
        try:
            database = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            said = database.pragma("quick_check")
            database.close()
        except apsw.Error:
            said = "damaged"
        if said != "ok":
            return failed(_("共有フォルダの索引が壊れています。"), step, "SELF-061")
    if not found:
        return unknown(
            _("書類を読む部品は動きます。この端末にはまだ索引がありません。"),
            _("共有フォルダを登録すると作られます。"),
            "SELF-062",
        )
    return ok(_("書類を読む部品は動き、索引 {count} 個は壊れていません。").format(count=len(found)))
