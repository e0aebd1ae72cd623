"""Saving a policy: only IT, checked first, in the trail; signed under the next number, and put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import SuiteError
from core.policy import KEYS, verified
from core.policy_draft import Draft
from core.secrets import MemorySecrets
from office.policies import Policies


class Console:
    def __init__(self, folder: Path) -> None:
        self.path, self.told = folder / "policy.toml", []  # type: ignore[var-annotated]
        self.policies = Policies(
            self.path, MemorySecrets(), self._require, lambda: "K1", lambda *row: self.told.append(row)
        )
        self.may = True

    def _require(self) -> str:
        if not self.may:
            raise SuiteError("no", "not IT", "ask", "AUTH-031")
        return "K100234"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def test_saved_put_back_and_in_the_trail(console: Console) -> None:
    console.path.write_text("[offline]\ndays = 3\n", "utf-8")
    draft = console.policies.draft()
    draft.decide("offline.days", 7)
    saved = console.policies.save(draft, ["offline.days"], console.policies.draft())
    assert console.path.read_text("utf-8") == "[offline]\ndays = 7\n"
    console.policies.put_back(saved)
    assert console.path.read_text("utf-8") == "[offline]\ndays = 3\n"
    assert [(row[0], row[1], row[3]["keys"]) for row in console.told] == [
        ("policy.saved", "K100234", "offline.days"),
        ("policy.put-back", "K100234", ""),
    ]


def test_the_first_one_is_taken_back_by_removing_it(console: Console) -> None:
    saved = console.policies.save(console.policies.draft(), [], console.policies.draft())
    console.policies.put_back(saved)
    assert not console.path.exists()


def test_each_signing_has_the_next_number_also_when_it_is_put_back(console: Console, tmp_path: Path) -> None:
    out = tmp_path / "www"
    out.mkdir()

    def version() -> int:
        signature = (out / "policy.toml.sig").read_bytes().strip()
        return verified((out / "policy.toml").read_bytes(), signature, out / KEYS).version

    draft = Draft("")
    console.policies.publish(out, draft, [], Draft(""))
    assert version() == 1
    draft.decide("offline.days", 7)
    saved = console.policies.publish(out, draft, ["offline.days"], Draft(""))
    assert (saved.version, version()) == (2, 2)
    console.policies.put_back(saved)
    assert version() == 3
    assert (out / "policy.toml").read_bytes() == b""
    stick = tmp_path / "stick"
    stick.mkdir()
    assert console.policies.publish(stick, draft, [], Draft("")).version == 4, (
        "an empty folder begins nothing"
    )


def test_what_a_colleague_has_changed_meanwhile_is_not_overwritten_or_put_back(console: Console) -> None:
    console.path.write_text("[plan]\nold_sign_in_s = 30\n", "utf-8")
    was, mine = console.policies.draft(), console.policies.draft()
    mine.decide("plan.old_sign_in_s", 40)
    theirs = "[plan]\nold_sign_in_s = 30\n\n[security]\npin_min_length = 10\n"
    console.path.write_text(theirs, "utf-8")
    for act in (
        lambda: console.policies.save(mine, [], was),
        lambda: console.policies.publish(console.path.parent / "www", mine, [], was),
    ):
        with pytest.raises(SuiteError, match="POL-021"):
            act()
    assert console.path.read_text("utf-8") == theirs
    saved = console.policies.save(mine, [], console.policies.draft())
    console.path.write_text(theirs, "utf-8")
    with pytest.raises(SuiteError, match="POL-021"):
        console.policies.put_back(saved)
    assert console.path.read_text("utf-8") == theirs


def test_what_cannot_be_used_and_who_is_not_it_write_nothing(console: Console) -> None:
    with pytest.raises(SuiteError, match="CONF-002"):
        console.policies.save(Draft("[offline]\ndays = 99\n"), [], Draft(""))
    console.may = False
    with pytest.raises(SuiteError, match="AUTH-031"):
        console.policies.save(Draft(""), [], Draft(""))
    assert not console.path.exists()
    assert console.told == []


def test_a_fetched_policy_is_not_written_here_and_shows_without_its_signature(console: Console) -> None:
    assert console.policies.writable()
    console.path.write_bytes(b"[offline]\ndays = 3\n# signed: x\n")
    console.path.with_name("policy-source.toml").write_text('url = "https://p.example/p.toml"\n', "utf-8")
    assert not console.policies.writable()
    assert "signed" not in console.policies.draft().text
