"""The Debian packages, made with dpkg-deb alone: ``mahoroba`` (the program) and ``mahoroba-models`` (the
faces).

dpkg removes the files of the version before; the one before must stay, to go back to in a second. So the
scripts keep it aside by hard links while dpkg works, and the pointer moves only when the new version has
tested itself. The policy is no conffile: purging deletes those even where an administrator has edited them.
Its folder comes empty, with a sample elsewhere, and goes only while it is empty.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from auth.face.models import locate, locked_models
from core.errors import SuiteError
from core.i18n import _
from core.version import SOURCE, read_version
from installer.packages import tree

HERE = Path(__file__).parent / "debian"
ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
PLACES = {
    "mahoroba.desktop": "usr/share/applications/mahoroba.desktop",
    "autostart.desktop": "etc/xdg/autostart/mahoroba.desktop",
    "jp.mahoroba.update.policy": "usr/share/polkit-1/actions/jp.mahoroba.update.policy",
    "mahoroba-matcher.service": "usr/lib/systemd/system/mahoroba-matcher.service",
    "mahoroba-signer.service": "usr/lib/systemd/system/mahoroba-signer.service",
    "mahoroba.sysusers": "usr/lib/sysusers.d/mahoroba.conf",
    "../../units/mahoroba-share-index.service": "usr/lib/systemd/system/mahoroba-share-index.service",
    "../../units/mahoroba-share-rules.service": "usr/lib/systemd/system/mahoroba-share-rules.service",
    "../../units/mahoroba-share-rules.timer": "usr/lib/systemd/system/mahoroba-share-rules.timer",
    "../../units/mahoroba-policy.service": "usr/lib/systemd/system/mahoroba-policy.service",
    "../../units/mahoroba-policy.timer": "usr/lib/systemd/system/mahoroba-policy.timer",
    "../../units/mahoroba-inventory.service": "usr/lib/systemd/system/mahoroba-inventory.service",
    "../../units/mahoroba-inventory.timer": "usr/lib/systemd/system/mahoroba-inventory.timer",
    "policy.toml": "usr/share/mahoroba/policy.toml",
}
"""Files beside this module and where they go."""
CONFFILES = ("/etc/xdg/autostart/mahoroba.desktop",)
ICON_SIZES = (48, 128, 256)
RECOMMENDED = (
    "krb5-user, krb5-pkinit, openssh-client, openssl, cups-client, mahoroba-models,"
    " gnome-keyring | kwalletmanager"
)


def program(folder: Path, out: Path, compression: tuple[str, ...] = ("-Zzstd", "-z12")) -> Path:
    """``mahoroba_VERSION_amd64.deb`` of a finished tree. SuiteError PACK-002."""
    version = read_version(folder)
    stage = _fresh(out / f"stage-{version}")
    inside = stage / "opt" / "mahoroba" / "versions"
    inside.mkdir(parents=True)
    shutil.copytree(folder, inside / version, symlinks=True, copy_function=os.link)
    for name, place in PLACES.items():
        _put(HERE / name, stage / place)
    timers = stage / "usr" / "lib" / "systemd" / "system" / "timers.target.wants"
    timers.mkdir()
    for timer in ("mahoroba-policy.timer", "mahoroba-inventory.timer"):
        (timers / timer).symlink_to(f"../{timer}")
    (stage / "usr" / "bin").mkdir(parents=True)
    (stage / "usr" / "bin" / "mahoroba").symlink_to("/opt/mahoroba/current/mahoroba")
    _icons(stage / "usr" / "share" / "icons" / "hicolor")
    notes = stage / "usr" / "share" / "doc" / "mahoroba"
    for name in ("NOTICES.txt", "sbom.cdx.json"):
        _put(folder / name, notes / name)
    _put(ROOT / "LICENSE", notes / "copyright")
    control = _control("mahoroba", version, "amd64", ", ".join(depends()), RECOMMENDED)
    for name in SCRIPTS:
        _put(HERE / name, stage / "DEBIAN" / name, 0o755)
    (stage / "DEBIAN" / "conffiles").write_text("\n".join(CONFFILES) + "\n", encoding="ascii")
    return _pack(stage, control, out / f"mahoroba_{version}_amd64.deb", compression)


def models(out: Path, version: str = SOURCE) -> Path:
    """``mahoroba-models_VERSION_all.deb`` with every pinned model. SuiteErrors FACE-001…, PACK-002."""
    stage = _fresh(out / "stage-models")
    for name, model in locked_models().items():
        _put(locate(name), stage / "usr" / "share" / "mahoroba" / "models" / model.file)
    control = _control("mahoroba-models", version, "all", "", "")
    return _pack(stage, control, out / f"mahoroba-models_{version}_all.deb", ("-Zzstd", "-z12"))


def depends() -> Iterator[str]:
    """What the window needs of the system (apt-run.txt, found in a minimal chroot); a library may have got
    its 64-bit-time name."""
    yield "libc6 (>= 2.36)"
    yield "libstdc++6"
    for line in (ROOT / "installer" / "apt-run.txt").read_text(encoding="utf-8").splitlines():
        name = line.partition("#")[0].strip()
        if name:
            yield f"{name} | {name}t64" if name.startswith("lib") else name


def _control(name: str, version: str, architecture: str, needs: str, wants: str) -> str:
    lines = [
        f"Package: {name}",
        f"Version: {version}",
        f"Architecture: {architecture}",
        "Maintainer: Mahoroba <mahoroba@example.invalid>",
        "Section: misc",
        "Priority: optional",
        *([f"Depends: {needs}"] if needs else []),
        *([f"Recommends: {wants}"] if wants else []),
        "Description: desktop suite of a prefecture's staff"
        if name == "mahoroba"
        else "Description: face models of the desktop suite Mahoroba",
        " Sign in by face, one schedule, one shared folder, liaison laptops.",
    ]
    return "\n".join(lines) + "\n"


def _pack(stage: Path, control: str, target: Path, compression: tuple[str, ...]) -> Path:
    (stage / "DEBIAN").mkdir(exist_ok=True)
    (stage / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    for path in [*stage.rglob("*"), stage]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (tree.EPOCH, tree.EPOCH), follow_symlinks=False)
    command = ["dpkg-deb", "--root-owner-group", *compression, "--build", str(stage), str(target)]
    done = subprocess.run(  # noqa: S603 - our own arguments
        command,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(tree.EPOCH)},
    )
    shutil.rmtree(stage)
    if done.returncode != 0:
        raise SuiteError(
            _("パッケージを作れませんでした。"),
            (done.stderr or done.stdout).strip()[-400:],
            _("上の理由を直して、もう一度実行してください。"),
            "PACK-002",
        )
    return target


def _icons(folder: Path) -> None:
    """The window's own mark, drawn by the program itself on no screen."""
    code = (
        "import sys; from desktop.ui.application import make_application, window_icon; make_application();"
        "[window_icon(int(s)).pixmap(int(s), int(s)).save(p) or sys.exit(1)"
        " for s, p in zip(sys.argv[1::2], sys.argv[2::2])]"
    )
    arguments: list[str] = []
    for size in ICON_SIZES:
        target = folder / f"{size}x{size}" / "apps" / "mahoroba.png"
        target.parent.mkdir(parents=True)
        arguments += [str(size), str(target)]
    subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, *arguments],
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
    )


def _put(source: Path, target: Path, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
