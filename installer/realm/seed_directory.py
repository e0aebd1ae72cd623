"""Writes accounts into a Samba directory's database. Run by the distribution's own Python, which has Samba's
bindings: ``python3 -I seed_directory.py SMB_CONF``, what is wanted as JSON on stdin. Imports nothing of ours.
"""

import json
import secrets
import sys
from typing import Any

import samba.dckeytab  # noqa: F401 - gives Net its export_keytab
from samba import dsdb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB


def _password() -> str:
    return "Aa1-" + secrets.token_urlsafe(32)


def _set(samdb: SamDB, name: str, changes: list[tuple[str, str, object]]) -> None:
    lines = [f"dn: {_dn(samdb, name)}", "changetype: modify"]
    for how, attribute, value in changes:
        lines += [f"{how}: {attribute}", f"{attribute}: {value}", "-"]
    samdb.modify_ldif("\n".join(lines) + "\n")


def _dn(samdb: SamDB, name: str) -> object:
    return _entry(samdb, name).dn


def _entry(samdb: SamDB, name: str) -> Any:
    found = samdb.search(
        samdb.domain_dn(), expression=f"(sAMAccountName={name})", attrs=["userAccountControl", "objectSid"]
    )
    if len(found) != 1:
        sys.exit(f"no account {name}")
    return found[0]


def _change_state(samdb: SamDB, wanted: dict[str, Any]) -> None:
    for name, enabled in wanted.get("enabled", {}).items():
        control = int(str(_entry(samdb, name)["userAccountControl"]))
        control = control & ~dsdb.UF_ACCOUNTDISABLE if enabled else control | dsdb.UF_ACCOUNTDISABLE
        _set(samdb, name, [("replace", "userAccountControl", control)])
    for name, ends in wanted.get("ends", {}).items():
        _set(samdb, name, [("replace", "accountExpires", ends)])
    for name, number in wanted.get("numbers", {}).items():
        _set(samdb, name, [("replace", "employeeNumber", number)])
    if "lock_after" in wanted:
        lines = (f"dn: {samdb.domain_dn()}", "changetype: modify", "replace: lockoutThreshold")
        samdb.modify_ldif("\n".join((*lines, f"lockoutThreshold: {wanted['lock_after']}", "-", "")))


def main() -> None:
    wanted = json.load(sys.stdin)
    parameters = LoadParm(filename_for_non_global_lp=sys.argv[1])
    parameters.load(sys.argv[1])
    samdb = SamDB(session_info=system_session(), lp=parameters)
    for name in wanted.get("staff", []):
        samdb.newuser(name, _password())
        control = dsdb.UF_NORMAL_ACCOUNT | dsdb.UF_SMARTCARD_REQUIRED
        _set(samdb, name, [("replace", "userAccountControl", control)])
    for name, password in wanted.get("passworded", {}).items():
        if not samdb.search(samdb.domain_dn(), expression=f"(sAMAccountName={name})", attrs=["cn"]):
            samdb.newuser(name, password)
    for name, principals in wanted.get("services", {}).items():
        samdb.newuser(name, _password())
        _set(samdb, name, [("add", "servicePrincipalName", each) for each in principals])
    for alias in wanted.get("aliases", []):
        _set(samdb, "DC1$", [("add", "servicePrincipalName", alias)])
    for principal, path in wanted.get("keytabs", {}).items():
        Net(None, parameters).export_keytab(keytab=path, principal=principal)
    _change_state(samdb, wanted)
    if "sid" in wanted:
        found = _entry(samdb, wanted["sid"])["objectSid"][0]
        print(json.dumps({"sid": str(ndr_unpack(security.dom_sid, found))}))


main()
