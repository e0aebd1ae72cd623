"""One collection, both ways: what is dirty goes up, what has changed comes down, nothing is lost in between.

Every request that writes is journalled before it is made. When its reply does not come, the next run looks
at what the server has before it does anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from calendar_sync.ahead import ahead
from calendar_sync.merge import same, three_way
from calendar_sync.model import Collection, Summary
from calendar_sync.plan import Listing, Plan, plan
from calendar_sync.probe import learn
from calendar_sync.remote import ABSENT, FORBIDDEN, Declined, InvalidToken, Remote, Unknown, unanswerable
from calendar_sync.store import Attempt, Object, Store
from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report

_log = logging.getLogger(__name__)
AUDIT_DAYS = 7
_TRIES = 4  # for one object in one run: others may edit it again and again
_SLICE = 250  # objects a transaction
_FIRST_SLICE = 1000  # of a first download, where nobody edits what is not here yet


class Sync:
    """Synchronises collections of one store with one server. One thread at a time."""

    def __init__(self, store: Store, remote: Remote) -> None:
        self._store, self._remote = store, remote

    def run(self, collection: Collection, report: Report | None = None) -> Summary:
        """Up, down, and up again where the first two have merged something. SuiteError CAL-010 … CAL-014;
        what cannot be sent is raised after the download, which it must not keep away."""
        sent, before = self._up(collection, report)
        received = self._received(collection, report)
        again, refused = self._up(collection, report)
        if before is not None and before.code == FORBIDDEN:
            raise before  # it is a conflict now, and is not sent again
        if refused is not None:
            raise refused
        return sent + received + again

    # up

    def _up(self, collection: Collection, report: Report | None) -> tuple[Summary, SuiteError | None]:
        """What was sent, and why not all of it."""
        total = Summary()
        failure: SuiteError | None = None
        numbers = self._store.dirty(collection.id)
        if numbers:
            learn(self._store, self._remote, collection.href)
        for done, number in enumerate(numbers):
            if report is not None:
                report(done, len(numbers))
            try:
                total += self._send(number)
            except SuiteError as error:
                if error.code == "CAL-010":
                    raise
                if error.code == FORBIDDEN:
                    total += Summary(conflicts=self._store.refused(number))
                failure = error  # one refused event must not keep the others
        return total, failure

    def _send(self, number: int) -> Summary:
        conflicts = 0
        for _try in range(_TRIES):
            seen = self._store.object(number)
            if seen is None or not seen.dirty:
                return Summary(sent=1, conflicts=conflicts)
            if (twin := self._store.twin(seen)) is not None:
                return Summary(conflicts=conflicts + self._join(seen, twin))
            if seen.base is not None and not seen.etag:
                conflicts += self._meet(number)  # without an etag nothing may be overwritten
                continue
            open_attempt = self._store.attempt(number)
            if open_attempt is not None:
                conflicts += self._find_out(seen, open_attempt)
                continue
            attempt = self._store.begin(seen)
            if attempt is not None:
                self._request(seen, attempt)
        raise unsendable()

    def _request(self, seen: Object, attempt: Attempt) -> None:
        """Make the request. The attempt stays open when the server has something else than we thought: a
        proxy may have repeated the request, so that what it has is what we sent."""
        try:
            if attempt.body is None:
                done, etag = self._remote.delete(seen.href, attempt.etag), ""
            else:
                answer = self._remote.put(seen.href, attempt.body, attempt.etag)
                done, etag = answer is not None, answer or ""
        except Unknown as error:
            raise unanswerable() from error  # the attempt stays open
        except SuiteError:
            self._store.withdraw(attempt)  # refused or never sent: certainly no effect
            raise
        if done:
            self._store.sent(attempt, etag)

    def _find_out(self, seen: Object, attempt: Attempt) -> int:
        """Look whether the request has happened, alone or beside somebody else's; how many conflicts that
        showed."""
        server = self._remote.get(seen.href)
        has = server[1] if server is not None else None
        if same(has, attempt.body):
            self._store.landed(attempt, server)
        elif (server[0] if server is not None else "") == attempt.etag:
            self._store.withdraw(attempt)
        else:
            return self._merge(seen.id, server)
        return 0

    def _join(self, seen: Object, twin: Object) -> int:
        """The same event (UID) was made on another machine and came down: both become that one."""
        result = three_way(None, seen.local, twin.content)
        return self._store.joined(seen, twin, result.raw, result.clashes)

    def _meet(self, number: int) -> int:
        """Merge with whatever the server has; how many conflicts that made."""
        seen = self._store.object(number)
        return 0 if seen is None else self._merge(number, self._remote.get(seen.href))

    def _merge(self, number: int, server: tuple[str, bytes] | None) -> int:
        for _try in range(_TRIES):  # the person may edit meanwhile
            seen = self._store.object(number)
            if seen is None or not seen.dirty:
                return 0
            base = seen.base
            if base is None and server is not None and (made := self._store.attempt(number)) is not None:
                base = made.body  # what lies at our own new href began as our request
            result = three_way(base, seen.local, server[1] if server is not None else None)
            if self._store.merged(number, seen.local, server, result.raw, result.clashes):
                return 1 if result.clashes else 0
        return 0

    # down

    def _received(self, collection: Collection, report: Report | None) -> Summary:
        """A colleague who has not begun yet has no calendar: no trouble, as long as there was nothing in
        it."""
        try:
            return self._down(collection, report)
        except SuiteError as error:
            followed = collection.kind in ("person", "room")
            if error.code != ABSENT or not followed or self._store.rows(collection.id):
                raise
            return Summary()

    def _down(self, collection: Collection, report: Report | None) -> Summary:
        token, audited_at = self._store.token(collection.id)
        first = not token and not self._store.rows(collection.id)
        if first:
            try:
                found = self._first(collection, report)
            except Declined:
                _log.info("the server does not give the whole calendar at once: listing it")
            else:
                if found.received:
                    return found  # none is no proof: a server may not understand the question (SOGo)
        listing = self._listing(collection, token, audited_at)
        allowed = self._store.mass_deletion_allowed(collection.id)
        decided = self._plan(collection, listing, allowed)
        received, missing = self._fetch(collection, decided.fetch, report, first)
        return Summary(received=received) + self._take(collection, listing, decided, missing, allowed)

    def _listing(self, collection: Collection, token: str, audited_at: str) -> Listing:
        """A delta where there is a token and the last comparison of everything is not a week old."""
        if token and not _overdue(audited_at):
            try:
                changes = self._remote.changes(collection.href, token)
                if not self._names_what_is_here(collection, changes):
                    return changes
                _log.info("the server has forgotten what the token stands for: comparing everything")
            except InvalidToken:
                _log.info("the sync token is no longer valid: comparing everything")
        return self._remote.listing(collection.href)

    def _names_what_is_here(self, collection: Collection, changes: Listing) -> bool:
        """Whether changes name what has not changed: a server that takes any token, also one it no longer
        knows, answers with all it has, and not with what has gone (DAViCal, SOGo)."""
        rows = self._store.rows_named(collection.id, list(changes.present))
        return any(
            row.etag and not row.dirty and changes.present.get(href) == row.etag for href, row in rows.items()
        )

    def _plan(self, collection: Collection, listing: Listing, allowed: bool) -> Plan:
        """A delta is looked up by what it names, whatever the size of the calendar."""
        if listing.complete:
            return plan(self._store.rows(collection.id), listing, allowed)
        rows = self._store.rows_named(collection.id, [*listing.present, *listing.gone])
        return plan(rows, listing, allowed, self._store.known(collection.id) if listing.gone else 0)

    def _first(self, collection: Collection, report: Report | None) -> Summary:
        """The first download: one streamed answer. The next one compares it with a listing and takes a
        token."""
        done = 0
        for part in ahead(_slices(self._remote.everything(collection.href), _FIRST_SLICE)):
            self._store.receive(collection.id, part, first=True)
            done += len(part)
            if report is not None:
                report(done)
        return Summary(received=done)

    def _take(
        self, collection: Collection, listing: Listing, decided: Plan, missing: set[str], allowed: bool
    ) -> Summary:
        """What stayed out of the answer, what is gone, and then the token that stands for all of it."""
        found, gone, unclear = self._one_by_one(missing)
        received, removed = self._store.receive(collection.id, found, [*decided.prune, *gone])
        undone = decided.held or unclear  # must be named again next time
        token = self._store.token(collection.id)[0] if undone else listing.token
        self._store.keep_listing(collection.id, token, listing.complete, decided.held, decided.stale, allowed)
        return Summary(received=received, removed=removed, held=len(decided.held))

    def _fetch(
        self, collection: Collection, hrefs: Sequence[str], report: Report | None, first: bool
    ) -> tuple[int, set[str]]:
        missing = set(hrefs)
        received = done = 0
        for part in ahead(_slices(self._remote.fetch(collection.href, hrefs))):
            received += self._store.receive(collection.id, part, first=first)[0]
            missing -= {item[0] for item in part}
            done += len(part)
            if report is not None:
                report(done, len(hrefs))
        return received, missing

    def _one_by_one(self, missing: set[str]) -> tuple[list[tuple[str, str, bytes]], list[str], bool]:
        """Left out of an answer is unknown, never deleted: ask for each. Also: whether one stayed unclear."""
        found, gone, unclear = [], [], False
        for href in sorted(missing):
            try:
                server = self._remote.get(href)
            except SuiteError as error:
                if error.code == "CAL-010":
                    raise
                unclear = True  # one unreadable object must not keep the others
                continue
            if server is None:
                gone.append(href)
            else:
                found.append((href, *server))
        return found, gone, unclear


def unsendable() -> SuiteError:
    return SuiteError(
        _("送れない予定があります。"),
        _("サーバーが受け取りません。"),
        _("予定はこの端末に残っています。次の同期でもう一度試します。続くときは情報担当に連絡してください。"),
        "CAL-013",
    )


def _slices(
    items: Iterator[tuple[str, str, bytes]], most: int = _SLICE
) -> Iterator[list[tuple[str, str, bytes]]]:
    part: list[tuple[str, str, bytes]] = []
    for item in items:
        part.append(item)
        if len(part) == most:
            yield part
            part = []
    if part:
        yield part


def _overdue(audited_at: str) -> bool:
    if not audited_at:
        return True
    return datetime.now(UTC) - datetime.fromisoformat(audited_at) > timedelta(days=AUDIT_DAYS)
