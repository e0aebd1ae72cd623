"""How long a person or a terminal waits after wrong guesses. A guess is counted before it is checked,
in one transaction, so parallel guesses and a kill between the two gain nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from auth.model import Factor
from core.errors import SuiteError
from core.i18n import _

FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 86_400.0
FREE_TRIES_PERSON = 5
FREE_TRIES_TERMINAL = 20  # many people share one terminal
TERMINAL_FORGETS_S = (
    3600.0  # everyday slips of everybody must not add up for ever; a person's are ended by success
)


@dataclass(frozen=True)
class Lock:
    """Guesses since the last success, the time (seconds since the epoch) before which none is heard, and the
    time of the last one."""

    failures: int = 0
    until: float = 0.0
    last: float = 0.0


@dataclass(frozen=True)
class Wait:
    """A person or a terminal (the other is empty) that is not heard with ``factor`` until ``until`` (seconds
    since the epoch)."""

    factor: Factor
    staff_number: str
    terminal: str
    failures: int
    until: float


class LockStore(Protocol):
    """What the counters need from the repository: change some rows, all or none, atomically."""

    def change_locks(
        self, keys: tuple[str, ...], change: Callable[[tuple[Lock, ...]], tuple[Lock, ...]]
    ) -> None: ...

    def locks(self, after: float) -> dict[str, Lock]:
        """Those that last longer than ``after``, by key."""
        ...


class Clock(Protocol):
    def now(self) -> float: ...


def wait_after(failures: int, free: int) -> float:
    """Seconds to wait after ``failures`` guesses: none while ``free`` last, then 30 s, doubling to a day."""
    over = failures - free
    return 0.0 if over < 0 else min(FIRST_WAIT_S * 2.0 ** min(over, 32), LONGEST_WAIT_S)


class Attempt:
    """One counted guess."""

    def __init__(
        self, store: LockStore, staff_number: str, terminal: str, before: Lock, claimed: Lock
    ) -> None:
        self._store = store
        self._staff_number = staff_number
        self._terminal = terminal
        self._before = before
        self._claimed = claimed

    def succeeded(self) -> None:
        """Clear the person's counters, of every factor: a face refused on dark mornings must not add up while
        the PIN is right. Of the terminal's only this guess is taken back, or a colluding colleague could
        reset it between guesses."""
        keys = (self._terminal, *(_person(f, self._staff_number) for f in Factor))
        self._store.change_locks(
            keys, lambda now: (_take_back(now[0], self._claimed, self._before), *(Lock() for _ in now[1:]))
        )


class Lockouts:
    """Counters per factor, person and terminal over the repository's atomic change."""

    def __init__(self, store: LockStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def claim(self, factor: Factor, staff_number: str, device: str) -> Attempt:
        """Count a guess before it is checked. SuiteError LOCK-001 while a wait lasts (nothing is counted)."""
        terminal = _terminal(factor, device)
        before, claimed = self._count((_person(factor, staff_number), terminal))
        return Attempt(self._store, staff_number, terminal, before, claimed)

    def waiting(self, factor: Factor, staff_number: str, device: str = "") -> float:
        """Seconds this person (or terminal) still waits, 0 when free."""
        seen: list[Lock] = []

        def look(locks: tuple[Lock, ...]) -> tuple[Lock, ...]:
            seen.extend(locks)
            return locks

        self._store.change_locks((_person(factor, staff_number), _terminal(factor, device)), look)
        return max(0.0, max(lock.until for lock in seen) - self._clock.now())

    def check(self, factor: Factor, staff_number: str, device: str) -> None:
        """SuiteError LOCK-001 while a wait lasts; counts nothing."""
        if (wait := self.waiting(factor, staff_number, device)) > 0:
            raise _locked(wait)

    def waits(self) -> list[Wait]:
        """Who and what waits now, the longest first."""
        found = []
        for key, lock in self._store.locks(self._clock.now()).items():
            factor, kind, name = key.split(":", 2)
            person, terminal = (name, "") if kind == "person" else ("", name)
            found.append(Wait(Factor(factor), person, terminal, lock.failures, lock.until))
        return sorted(found, key=lambda wait: -wait.until)

    def unlock(self, staff_number: str) -> None:
        """An administrator clears every counter of a person."""
        self._clear(tuple(_person(f, staff_number) for f in Factor))

    def unlock_terminal(self, device: str) -> None:
        """An administrator clears every counter of a terminal."""
        self._clear(tuple(_terminal(f, device) for f in Factor))

    def _clear(self, keys: tuple[str, ...]) -> None:
        self._store.change_locks(keys, lambda now: tuple(Lock() for _lock in now))

    def _count(self, keys: tuple[str, str]) -> tuple[Lock, Lock]:
        """Count a guess of the person and at the terminal; the terminal's lock before and after."""
        now = self._clock.now()
        result: list[Lock] = []

        def count(locks: tuple[Lock, ...]) -> tuple[Lock, ...]:
            person, terminal = locks
            if (wait := max(person.until, terminal.until) - now) > 0:
                raise _locked(wait)
            if now - terminal.last > TERMINAL_FORGETS_S:
                terminal = Lock()
            counted = _counted(terminal, FREE_TRIES_TERMINAL, now)
            result[:] = [terminal, counted]
            return _counted(person, FREE_TRIES_PERSON, now), counted

        self._store.change_locks(keys, count)
        return result[0], result[1]


def _counted(lock: Lock, free: int, now: float) -> Lock:
    wait = wait_after(lock.failures + 1, free)
    return Lock(lock.failures + 1, now + wait if wait else 0.0, now)


def _person(factor: Factor, staff_number: str) -> str:
    return f"{factor}:person:{staff_number}"


def _terminal(factor: Factor, device: str) -> str:
    return f"{factor}:terminal:{device}"


def _take_back(now: Lock, claimed: Lock, before: Lock) -> Lock:
    """Undo one's own guess; a wait that someone else's guess has caused meanwhile stays."""
    return before if now == claimed else Lock(max(0, now.failures - 1), now.until, now.last)


def _locked(wait: float) -> SuiteError:
    minutes = math.ceil(wait / 60)
    return SuiteError(
        _("いまはサインインできません。"),
        _("失敗が続いたため、あと {minutes} 分お待ちいただきます。").format(minutes=minutes),
        _("待つか、別の方法でサインインするか、情報担当に解除を依頼してください。"),
        "LOCK-001",
    )
