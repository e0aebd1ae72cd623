"""Which cameras this machine has, and whether one may be trusted: allow-listed, and no virtual camera.

A virtual camera plays whatever a program feeds it; no liveness test can see that. It is refused by name, by
driver and by where the kernel hangs it. This stops software injection by an ordinary user, not someone with
the machine's root.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import SuiteError
from core.i18n import _

SYSFS = Path("/sys/class/video4linux")
MOST_DEVICES = 64

VIRTUAL_DRIVERS = frozenset({"v4l2loopback", "v4l2_loopback", "vivid", "vimc", "akvcam", "vcam", "dummy_hcd"})
VIRTUAL_NAMES = re.compile(
    r"\bOBS\b|virtual|loopback|dummy|manycam|snap\s*camera|droidcam|iriun|ivcam|epoccam|xsplit|akvcam|"
    r"webcamoid|splitcam|nvidia broadcast|mmhmm|camo\b|unity ?video|\bvivid\b|vcam",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Device:
    """identity: stable over reboots ("usb:046d:0825:SERIAL", or the bus path); virtual: may not be used."""

    index: int
    path: str
    name: str
    driver: str
    identity: str
    virtual: bool


def linux_devices(sysfs: Path = SYSFS) -> list[Device]:
    """Capture devices as the kernel describes them. Metadata nodes (index > 0) are left out."""
    if not sysfs.is_dir():
        return []
    entries = [each for each in sysfs.iterdir() if re.fullmatch(r"video\d{1,4}", each.name)]
    entries.sort(key=lambda each: int(each.name[5:]))
    return [_linux_device(each) for each in entries[:MOST_DEVICES] if _line(each / "index") in ("", "0")]


def _linux_device(entry: Path) -> Device:
    name = _line(entry / "name")
    hardware = entry / "device"
    driver = (hardware / "driver").resolve().name if (hardware / "driver").exists() else ""
    place = str(hardware.resolve()) if hardware.exists() else ""
    virtual = (
        not driver
        or driver.replace("-", "_") in VIRTUAL_DRIVERS
        or "/devices/virtual/" in f"{place}/"
        or bool(VIRTUAL_NAMES.search(name))
    )
    return Device(
        int(entry.name[5:]), f"/dev/{entry.name}", name, driver, _identity(hardware, place), virtual
    )


def _identity(hardware: Path, place: str) -> str:
    usb = hardware.resolve().parent if hardware.exists() else hardware
    vendor, product = _line(usb / "idVendor"), _line(usb / "idProduct")
    if vendor and product:
        return ":".join(part for part in ("usb", vendor, product, _line(usb / "serial")) if part)
    return f"bus:{Path(place).name}" if place else ""


def _line(path: Path) -> str:
    try:
        return path.read_bytes()[:200].decode("utf-8", "replace").strip()
    except OSError:
        return ""


def windows_device(index: int, link: str, name: str) -> Device:
    """A device interface of KSCATEGORY_VIDEO_CAMERA. Real hardware hangs on USB, PCI, ACPI or the
    Intel/Qualcomm camera buses; software devices are enumerated by SWD or ROOT."""
    parts = link.strip("\\?").split("#")
    bus = parts[0].upper() if parts else ""
    found = re.search(r"VID_([0-9A-F]{4})&PID_([0-9A-F]{4})", link, re.IGNORECASE)
    identity = f"usb:{found[1].lower()}:{found[2].lower()}" if found else f"bus:{link}"
    virtual = bus in ("SWD", "ROOT", "SW", "") or bool(VIRTUAL_NAMES.search(name))
    return Device(index, link, name, bus.lower(), identity, virtual)


def windows_devices() -> list[Device]:
    """Camera interfaces from the registry, without opening one."""
    found: list[Device] = []
    if sys.platform == "win32":
        import winreg

        key = r"SYSTEM\CurrentControlSet\Control\DeviceClasses\{e5323777-f976-4f5b-9b55-b94699c46e44}"
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as classes:
                for number in range(min(winreg.QueryInfoKey(classes)[0], MOST_DEVICES)):
                    link = winreg.EnumKey(classes, number).replace("##?#", "\\\\?\\", 1)
                    found.append(windows_device(number, link, ""))
        except OSError:
            return []
    return found


def devices() -> list[Device]:
    return windows_devices() if sys.platform == "win32" else linux_devices()


def choose(found: Sequence[Device], allowed: Sequence[str], index: int | None = None) -> Device:
    """The device to use: real, and named in ``allowed`` by name or identity (empty: every real camera may).

    Raises SuiteError CAM-001 (none), CAM-004 (only virtual ones), CAM-005 (none is allowed).
    """
    wanted = [each for each in found if index is None or each.index == index] or list(found)
    if not wanted:
        raise no_camera()
    real = [each for each in wanted if not each.virtual]
    if not real:
        raise SuiteError(
            _("カメラを使えません。"),
            _(
                "見つかったのは仮想カメラ（{name}）だけです。映像を差し替えられるため、本人確認には使えません。"
            ).format(name=wanted[0].name or wanted[0].path),
            _("内蔵またはUSBのカメラをつなぐか、暗証番号でサインインしてください。"),
            "CAM-004",
        )
    usable = [each for each in real if not allowed or each.name in allowed or each.identity in allowed]
    if not usable:
        raise SuiteError(
            _("カメラを使えません。"),
            _("このカメラ（{name}）は、使ってよいカメラとして登録されていません。").format(
                name=real[0].name or real[0].path
            ),
            _("情報担当に登録を依頼するか、暗証番号でサインインしてください。"),
            "CAM-005",
        )
    return usable[0]


def no_camera() -> SuiteError:
    return SuiteError(
        _("カメラが見つかりません。"),
        _("この端末にカメラがつながっていません。"),
        _("カメラをつなぐか、暗証番号でサインインしてください。つなぐと自動で始まります。"),
        "CAM-001",
    )
