"""Windows targets: an answer file, provisioning customisations, policies and a first-boot script.

Generated and checked as far as rules go, **not executed**: nobody has run them on a Windows machine here, and
a provisioning package (.ppkg) can be built from the customisations only with Microsoft's tool on Windows.
Formats: Windows unattended setup (urn:schemas-microsoft-com:unattend), Windows provisioning answer file,
Chromium enterprise policies, PowerShell 5.1.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from lxml import etree

from core.errors import SuiteError
from core.files import make_private_folder, write_atomically
from core.i18n import _
from liaison.profile import Profile
from liaison.windows_rules import CUSTOM, UNATTEND, problems

NOTICE = "generated, not executed / 作っただけで、Windows での実行は未確認です"
_WCM = "http://schemas.microsoft.com/WMIConfig/2002/State"
_SETTINGS = "urn:schemas-microsoft-com:windows-provisioning"
_WLAN = "http://www.microsoft.com/networking/WLAN/profile/v1"


def files(profile: Profile) -> dict[str, str]:
    """Name -> content, deterministic. SuiteError LIAISON-011 if one breaks its format's rules."""
    made = {
        "autounattend.xml": _unattend(profile),
        "customizations.xml": _customizations(profile),
        "policies.json": _policies(profile),
        "first-boot.ps1": _first_boot(profile),
    }
    for number, wifi in enumerate(profile.wifi, 1):
        made[f"wifi-{number}.xml"] = _wlan(wifi.ssid, wifi.password, wifi.hidden)
    wrong = [problem for name, text in made.items() for problem in problems(name, text)]
    if wrong:
        raise SuiteError(
            _("Windows 用のファイルを作りませんでした。"),
            wrong[0],
            _("プロファイルの値を直して、もう一度お試しください。"),
            "LIAISON-011",
        )
    return made


def write(profile: Profile, folder: Path) -> list[Path]:
    """Put them below ``folder``, with a note that says what they are."""
    written = []
    for name, text in (files(profile) | {"README.txt": NOTICE + "\n"}).items():
        path = make_private_folder(folder) / name
        write_atomically(path, text.encode("utf-8-sig" if name.endswith(".ps1") else "utf-8"))
        written.append(path)
    return written


def _unattend(profile: Profile) -> str:
    root = etree.Element(f"{{{UNATTEND}}}unattend", nsmap={None: UNATTEND, "wcm": _WCM})
    root.append(etree.Comment(f" {NOTICE} "))
    specialize = _component(root, "specialize", "Microsoft-Windows-Shell-Setup")
    _text(specialize, "TimeZone", "Tokyo Standard Time")
    oobe = _component(root, "oobeSystem", "Microsoft-Windows-International-Core")
    for name in ("InputLocale", "SystemLocale", "UILanguage", "UserLocale"):
        _text(oobe, name, "ja-JP")
    shell = _component(root, "oobeSystem", "Microsoft-Windows-Shell-Setup")
    screens = etree.SubElement(shell, f"{{{UNATTEND}}}OOBE")
    for name in ("HideEULAPage", "HideOnlineAccountScreens", "HideWirelessSetupInOOBE"):
        _text(screens, name, "true")
    _text(screens, "ProtectYourPC", "3")
    accounts = etree.SubElement(
        etree.SubElement(shell, f"{{{UNATTEND}}}UserAccounts"), f"{{{UNATTEND}}}LocalAccounts"
    )
    account = etree.SubElement(accounts, f"{{{UNATTEND}}}LocalAccount", {f"{{{_WCM}}}action": "add"})
    for name, value in (
        ("Name", profile.guest.name),
        ("DisplayName", profile.guest.full_name),
        ("Group", "Users"),
    ):
        _text(account, name, value)
    commands = etree.SubElement(shell, f"{{{UNATTEND}}}FirstLogonCommands")
    command = etree.SubElement(commands, f"{{{UNATTEND}}}SynchronousCommand", {f"{{{_WCM}}}action": "add"})
    _text(command, "Order", "1")
    _text(
        command,
        "CommandLine",
        "powershell -NoProfile -ExecutionPolicy RemoteSigned -File C:\\Mahoroba\\first-boot.ps1",
    )
    return _xml(root)


def _component(root: etree._Element, phase: str, name: str) -> etree._Element:
    found = [each for each in root.findall(f"{{{UNATTEND}}}settings") if each.get("pass") == phase]
    settings = found[0] if found else etree.SubElement(root, f"{{{UNATTEND}}}settings", {"pass": phase})
    attributes = {
        "name": name,
        "processorArchitecture": "amd64",
        "publicKeyToken": "31bf3856ad364e35",
        "language": "neutral",
        "versionScope": "nonSxS",
    }
    return etree.SubElement(settings, f"{{{UNATTEND}}}component", attributes)


def _text(parent: etree._Element, name: str, value: str) -> None:
    namespace = parent.tag[1:].split("}")[0]
    etree.SubElement(parent, f"{{{namespace}}}{name}").text = value


def _customizations(profile: Profile) -> str:
    """What Windows Configuration Designer reads; the package itself is built on Windows only."""
    root = etree.Element(f"{{{CUSTOM}}}WindowsCustomizations", nsmap={None: CUSTOM})
    root.append(etree.Comment(f" {NOTICE} "))
    config = etree.SubElement(root, f"{{{CUSTOM}}}PackageConfig")
    for name, value in (
        ("Name", f"mahoroba-{profile.name}"),
        ("Version", f"{profile.version}.0"),
        ("OwnerType", "ITAdmin"),
        ("Rank", "0"),
    ):
        _text(config, name, value)
    settings = etree.SubElement(root, f"{{{_SETTINGS}}}Settings", nsmap={None: _SETTINGS})
    common = etree.SubElement(
        etree.SubElement(settings, f"{{{_SETTINGS}}}Customizations"), f"{{{_SETTINGS}}}Common"
    )
    policies = etree.SubElement(common, f"{{{_SETTINGS}}}Policies")
    lock = etree.SubElement(policies, f"{{{_SETTINGS}}}DeviceLock")
    minutes = max(1, (profile.screen.lock_after_s if profile.screen else 300) // 60)
    _text(lock, "MaxInactivityTimeDeviceLock", str(minutes))
    if profile.usb is not None and profile.usb.storage != "allow":
        _text(etree.SubElement(policies, f"{{{_SETTINGS}}}System"), "AllowStorageCard", "0")
    return _xml(root)


def _policies(profile: Profile) -> str:
    browser = profile.browser
    values: dict[str, object] = {
        "PasswordManagerEnabled": False,
        "SyncDisabled": True,
        "BrowserSignin": 0,
        "SavingBrowserHistoryDisabled": True,
        "MetricsReportingEnabled": False,
    }
    if browser is not None:
        values |= {
            "HomepageLocation": browser.homepage,
            "RestoreOnStartup": 4,
            "RestoreOnStartupURLs": [browser.homepage],
            "ManagedBookmarks": [{"name": link.title, "url": link.url} for link in browser.bookmarks],
        }
    return json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _first_boot(profile: Profile) -> str:
    lines = [
        f"# {NOTICE}",
        "#Requires -Version 5.1",
        "Set-StrictMode -Version Latest",
        "$ErrorActionPreference = 'Stop'",
    ]
    for number, _wifi in enumerate(profile.wifi, 1):
        lines.append(f"netsh wlan add profile filename='C:\\Mahoroba\\wifi-{number}.xml' user=all")
    if profile.clock is not None:
        servers = " ".join(f"{name},0x8" for name in profile.clock.servers)
        lines.append(f"w32tm /config /manualpeerlist:{_quoted(servers)} /syncfromflags:manual /update")
    if profile.usb is not None and profile.usb.storage == "block":
        key = "HKLM:\\SYSTEM\\CurrentControlSet\\Services\\USBSTOR"
        lines.append(f"Set-ItemProperty -Path '{key}' -Name Start -Value 4 -Type DWord")
    if profile.firewall is not None:
        lines.append("Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block")
        for port in sorted(set(profile.firewall.allow_in)):
            rule = f"New-NetFirewallRule -DisplayName 'mahoroba-{port}' -Direction Inbound -Protocol TCP"
            lines.append(f"{rule} -LocalPort {port} -Action Allow | Out-Null")
    lines += [f"Add-Printer -Name {_quoted(p.name)} -IppURL {_quoted(p.uri)}" for p in profile.printers]
    return "\r\n".join([*lines, ""])


def _wlan(ssid: str, password: str, hidden: bool) -> str:
    root = etree.Element(f"{{{_WLAN}}}WLANProfile", nsmap={None: _WLAN})
    _text(root, "name", ssid)
    config = etree.SubElement(root, f"{{{_WLAN}}}SSIDConfig")
    _text(etree.SubElement(config, f"{{{_WLAN}}}SSID"), "name", ssid)
    _text(config, "nonBroadcast", str(hidden).lower())
    _text(root, "connectionType", "ESS")
    _text(root, "connectionMode", "auto")
    security = etree.SubElement(etree.SubElement(root, f"{{{_WLAN}}}MSM"), f"{{{_WLAN}}}security")
    kind = etree.SubElement(security, f"{{{_WLAN}}}authEncryption")
    _text(kind, "authentication", "WPA2PSK" if password else "open")
    _text(kind, "encryption", "AES" if password else "none")
    _text(kind, "useOneX", "false")
    if password:
        key = etree.SubElement(security, f"{{{_WLAN}}}sharedKey")
        for name, value in (("keyType", "passPhrase"), ("protected", "false"), ("keyMaterial", password)):
            _text(key, name, value)
    return _xml(root)


def _xml(root: etree._Element) -> str:
    return str(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True).decode())


def _quoted(text: str) -> str:
    """A PowerShell string that expands nothing (about_Quoting_Rules)."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"
