"""Every action that any part of the suite writes into the audit trail has words of its own."""

from __future__ import annotations

import re
from pathlib import Path

from desktop.pages.action_words import action_words

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("auth", "calendar_sync", "desktop", "liaison", "office", "sharefolder")
ELSEWHERE = ("action_words.py", "words.py", "step_up.py")  # the words themselves, and what can be protected
ACTION = r"[a-z][a-z-]*(?:\.[a-z][a-z-]*){1,3}"
LITERAL = re.compile(rf'(?<!f)"({ACTION})"')
WRITES = re.compile(rf'\b(?:append|_tell|told|done|_done|_add|_write)\(\s*(?:\w+, )?"({ACTION})"')
"""What is called to write a row, or hands its action on to what writes it."""
NAMED = {"sign-in", "statement", "certificate", "policy"}  # written under a name, not in the call itself
FILES = re.compile(r".*\.(?:key|pem|db|lock|pdf|toml|sig)|.*\.toml\.restored")
MADE = re.compile(r'f"([a-z-]+\.[a-z-]*)\{(?:action|what)\}"')
PARTS = {
    "offline.": ("sign-in.accepted", "sign-in.partial", "sign-in.refused"),
    "incident.locked-": ("person", "terminal"),
}


def test_every_action_has_words() -> None:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    texts = [file.read_text("utf-8") for file in files if file.name not in ELSEWHERE]
    found = {action for text in texts for action in WRITES.findall(text)}
    families = {action.partition(".")[0] for action in found} | NAMED
    literals = {each for text in texts for each in LITERAL.findall(text)}
    found |= {each for each in literals if each.partition(".")[0] in families and not FILES.fullmatch(each)}
    found |= {
        beginning + part for text in texts for beginning in MADE.findall(text) for part in PARTS[beginning]
    }
    for known in (
        "sign-in.accepted",
        "share.version.restored",
        "bulletin.shown-again",
        "incident.locked-person",
    ):
        assert known in found
    assert {action for action in found if action_words(action) == action} == set()
