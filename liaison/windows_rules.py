"""The rules that the Windows outputs are held to here: well-formed, in the known vocabulary, nothing expands.

No Microsoft schema is shipped with this suite, so passing says less than Windows would; that is why every
output is labelled "generated, not executed".
"""

from __future__ import annotations

import json
import re

from lxml import etree

from core.i18n import _

UNATTEND = "urn:schemas-microsoft-com:unattend"
CUSTOM = "urn:schemas-microsoft-com:Windows-ICD-Package-Config.v1.0"
_PASSES = (
    "windowsPE",
    "offlineServicing",
    "generalize",
    "specialize",
    "auditSystem",
    "auditUser",
    "oobeSystem",
)


def problems(name: str, text: str) -> list[str]:
    """What breaks the rules of its format; nothing: well-formed and in the known vocabulary."""
    if name.endswith(".json"):
        return _policy_problems(text)
    if name.endswith(".ps1"):
        return _script_problems(text)
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [f"{name}: {error.msg}"]
    if name == "autounattend.xml":
        return _unattend_problems(root)
    return [] if name.startswith("wifi-") or root.tag.startswith(f"{{{CUSTOM}}}") else [f"{name}: {root.tag}"]


def _unattend_problems(root: etree._Element) -> list[str]:
    found = [] if root.tag == f"{{{UNATTEND}}}unattend" else [f"autounattend.xml: {root.tag}"]
    for settings in root.findall(f"{{{UNATTEND}}}settings"):
        if settings.get("pass") not in _PASSES:
            found.append(f"autounattend.xml: pass {settings.get('pass')}")
        names = [str(component.get("name", "")) for component in settings]
        strange = [name for name in names if not name.startswith("Microsoft-Windows-")]
        found += [f"autounattend.xml: component {name}" for name in strange]
    account = root.findtext(f".//{{{UNATTEND}}}LocalAccount/{{{UNATTEND}}}Name") or ""
    if len(account) > 20 or not re.fullmatch(r"[a-z][a-z0-9-]*", account):
        found.append(_("Windows の利用者名は 20 字までです（{name}）。").format(name=account))
    return found


_POLICY_KINDS: dict[str, type] = {
    "PasswordManagerEnabled": bool,
    "SyncDisabled": bool,
    "BrowserSignin": int,
    "SavingBrowserHistoryDisabled": bool,
    "MetricsReportingEnabled": bool,
    "HomepageLocation": str,
    "RestoreOnStartup": int,
    "RestoreOnStartupURLs": list,
    "ManagedBookmarks": list,
}


def _policy_problems(text: str) -> list[str]:
    values = json.loads(text)
    return [
        f"policies.json: {name}"
        for name, value in values.items()
        if type(value) is not _POLICY_KINDS.get(name)
    ]


def _script_problems(text: str) -> list[str]:
    """Every quote is closed on its line and nothing expands outside of the lines that we wrote ourselves."""
    wrong = [line for line in text.split("\r\n") if line.count("'") % 2 or "`" in line or "$(" in line]
    return [f"first-boot.ps1: {line[:60]}" for line in wrong]
