"""Two matchers and two signers behind one address, on PostgreSQL; any one may die at any time."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from auth.agent.certificate import SignInKey
from auth.model import Person
from auth.register import open_register
from core.errors import SuiteError
from tests.fakes.postgres import cluster
from tests.fakes.servers import Terminal, office

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PIN, PEOPLE, WORKERS, ROUNDS = "917358", 60, 6, 3


class Crowd:
    """Each person signs in ``ROUNDS`` times; whoever is cut off tries again."""

    def __init__(self, terminals: list[Terminal], keys: list[SignInKey]) -> None:
        self.terminals, self.keys = terminals, keys
        self.serials: list[str] = []
        self.again: list[str] = []
        self.lock = threading.Lock()

    def person(self, number: int) -> None:
        terminal, key = self.terminals[number % len(self.terminals)], self.keys[number % len(self.keys)]
        for _round in range(ROUNDS):
            for _attempt in range(5):
                try:
                    serial = terminal.sign_in(f"S-{number:03}", PIN, key)
                except SuiteError as error:
                    with self.lock:
                        self.again.append(error.code)
                    continue
                with self.lock:
                    self.serials.append(serial)
                break


def test_killed_under_load_nobody_is_locked_out_nothing_is_signed_twice(tmp_path: Path) -> None:
    with cluster() as database, office(tmp_path, database) as servers:
        register = open_register(database, tmp_path / "unused")
        pin_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
        for number in range(PEOPLE):
            register.add_person(Person(f"S-{number:03}", "職員"), pin_hash)
        first = [servers.start("signer"), servers.start("matcher")]
        terminals = [servers.terminal(f"t-{n}") for n in range(10)]
        home = servers.second_home()
        servers.start("signer", home)
        servers.start("matcher", home)
        crowd = Crowd(terminals, [SignInKey() for _ in range(6)])
        with ThreadPoolExecutor(WORKERS) as pool:
            work = [pool.submit(crowd.person, n) for n in range(PEOPLE)]
            _when(crowd, PEOPLE * ROUNDS // 4)
            servers.end(first[1], at_once=True)  # a matcher
            _when(crowd, PEOPLE * ROUNDS // 2)
            servers.end(first[0], at_once=True)  # a signer
            servers.start("matcher")
            for each in work:
                each.result()
        assert len(crowd.serials) == PEOPLE * ROUNDS, f"locked out: {crowd.again}"
        assert len(set(crowd.serials)) == len(crowd.serials)
        assert "LOCK-001" not in crowd.again
        trail = str(home / "data" / "audit.db")
        found = json.loads(servers.run(servers.home, "audit", "reconcile", "--json", trail))
        assert found["problems"] == []
        assert set(crowd.serials) <= set(found["serials"])
        for place in (servers.home, home):
            servers.run(place, "audit", "verify")


def _when(crowd: Crowd, signed: int) -> None:
    for _attempt in range(3000):
        if len(crowd.serials) >= signed:
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"only {len(crowd.serials)} of {signed}: {crowd.again[-5:]}")
