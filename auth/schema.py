"""The tables of the register, for both databases.

SQLite's first two steps were written before there was a second database and stay as they were applied.
"""

from __future__ import annotations

from sqlite_utils import Database

from core.db import Migration
from core.sql import Tables


def _first_tables(db: Database) -> None:
    db.table("persons").create(
        {
            "staff_number": str,
            "name": str,
            "kana": str,
            "section": str,
            "role": str,
            "active": int,
            "group_name": str,
            "pin_hash": str,
        },
        pk="staff_number",
        not_null={"name", "kana", "section", "role", "active", "group_name"},
    )
    db.table("consents").create(
        {"id": int, "staff_number": str, "version": str, "time": float},
        pk="id",
        foreign_keys=[("staff_number", "persons")],
    )
    db.table("templates").create(
        {
            "staff_number": str,
            "model": str,
            "model_version": str,
            "frames": int,
            "poses": int,
            "enrolled": float,
            "sealed": bytes,
        },
        pk="staff_number",
        foreign_keys=[("staff_number", "persons")],
    )
    db.table("marks").create({"name": str, "value": int}, pk="name")
    db.table("locks").create({"key": str, "failures": int, "until": float}, pk="key")
    db.table("codes").create(
        {
            "digest": str,
            "purpose": str,
            "staff_number": str,
            "issued_by": str,
            "issued": float,
            "expires": float,
            "used": float,
        },
        pk="digest",
    )
    db.table("challenges").create(
        {
            "nonce": str,
            "purpose": str,
            "staff_number": str,
            "device": str,
            "issued": float,
            "expires": float,
            "used": int,
        },
        pk="nonce",
    )
    db.table("challenges").create_index(["device", "issued"])
    db.table("last_people").create(
        {"device": str, "staff_number": str, "time": float}, pk=("device", "staff_number")
    )


def _lock_times(db: Database) -> None:
    db.table("locks").add_column("last", float, not_null_default=0.0)


_DEVICES = Tables(
    3,
    "register: terminals and TOTP tokens",
    (
        """CREATE TABLE devices (
            name TEXT PRIMARY KEY, place TEXT NOT NULL, enrolled {real} NOT NULL, fingerprint TEXT NOT NULL,
            former TEXT NOT NULL, expires {real} NOT NULL, revoked {real}
        )""",
        """CREATE TABLE totp (
            staff_number TEXT PRIMARY KEY, sealed {bytes} NOT NULL, ends {real} NOT NULL,
            last_step BIGINT NOT NULL
        )""",
    ),
)

COUNTERS = (
    """CREATE TABLE locks (
        key TEXT PRIMARY KEY, failures INTEGER NOT NULL, until {real} NOT NULL, last {real} NOT NULL
    )""",
    """CREATE TABLE challenges (
        nonce TEXT PRIMARY KEY, purpose TEXT NOT NULL, staff_number TEXT NOT NULL, device TEXT NOT NULL,
        issued {real} NOT NULL, expires {real} NOT NULL, used INTEGER NOT NULL
    )""",
    "CREATE INDEX challenges_device ON challenges (device, issued)",
    "CREATE INDEX challenges_expires ON challenges (expires)",
)
"""Guesses and open challenges: also a terminal's own, for the day the office is out of reach."""

_SIGN_IN_TIMES = Tables(
    4,
    "register: how long sign-ins took",
    (
        """CREATE TABLE sign_in_times (
            month TEXT NOT NULL, tenths INTEGER NOT NULL, tickets INTEGER NOT NULL, times BIGINT NOT NULL,
            PRIMARY KEY (month, tenths, tickets)
        )""",
    ),
)

_BULLETINS = Tables(
    5,
    "register: notices from IT",
    (
        """CREATE TABLE bulletins (
            id {serial}, title TEXT NOT NULL, words TEXT NOT NULL, begins {real} NOT NULL,
            ends {real} NOT NULL, urgent INTEGER NOT NULL, withdrawn INTEGER NOT NULL,
            written {real} NOT NULL, actor TEXT NOT NULL
        )""",
        """CREATE TABLE bulletin_reads (
            bulletin BIGINT NOT NULL, staff_number TEXT NOT NULL, PRIMARY KEY (bulletin, staff_number)
        )""",
    ),
)

_FOR_ONE = Tables(
    6,
    "register: a notice may be for one person",
    ("ALTER TABLE bulletins ADD COLUMN reader TEXT NOT NULL DEFAULT ''",),
)

_FIRST = Tables(
    1,
    "register: persons, evidence, counters, challenges",
    (
        """CREATE TABLE persons (
            staff_number TEXT PRIMARY KEY, name TEXT NOT NULL, kana TEXT NOT NULL, section TEXT NOT NULL,
            role TEXT NOT NULL, active INTEGER NOT NULL, group_name TEXT NOT NULL, pin_hash TEXT
        )""",
        "CREATE INDEX persons_group ON persons (group_name) WHERE group_name <> ''",
        """CREATE TABLE consents (
            id {serial}, staff_number TEXT NOT NULL REFERENCES persons, version TEXT NOT NULL,
            time {real} NOT NULL
        )""",
        "CREATE INDEX consents_person ON consents (staff_number)",
        """CREATE TABLE templates (
            staff_number TEXT PRIMARY KEY REFERENCES persons, model TEXT NOT NULL,
            model_version TEXT NOT NULL, frames INTEGER NOT NULL, poses INTEGER NOT NULL,
            enrolled {real} NOT NULL, sealed {bytes} NOT NULL
        )""",
        "CREATE TABLE marks (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
        """CREATE TABLE codes (
            digest TEXT PRIMARY KEY, purpose TEXT NOT NULL, staff_number TEXT NOT NULL,
            issued_by TEXT NOT NULL, issued {real} NOT NULL, expires {real} NOT NULL, used {real}
        )""",
        *COUNTERS,
        """CREATE TABLE last_people (
            device TEXT NOT NULL, staff_number TEXT NOT NULL, time {real} NOT NULL,
            PRIMARY KEY (device, staff_number)
        )""",
    ),
)

SQLITE = (
    Migration(1, "persons, evidence, counters, challenges", _first_tables),
    Migration(2, "the time of the last failure", _lock_times),
    _DEVICES.for_sqlite(),
    _SIGN_IN_TIMES.for_sqlite(),
    _BULLETINS.for_sqlite(),
    _FOR_ONE.for_sqlite(),
)
POSTGRES = (_FIRST, _DEVICES, _SIGN_IN_TIMES, _BULLETINS, _FOR_ONE)
