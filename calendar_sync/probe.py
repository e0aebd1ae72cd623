"""Whether a server keeps the conditions of a write: asked of each once, before the first write to it.

Some store what ``If-Match`` forbids and drop kept connections (seen: SOGo 5.8). There each object is looked
at before it is written (``Remote.careful``). The question is a PUT that a server which keeps conditions
refuses; where it is taken, it is deleted at once, and a power cut in between is made good the next time.
"""

from __future__ import annotations

import logging
from urllib.parse import urljoin

from calendar_sync.remote import Remote, Unknown
from calendar_sync.store import Store
from core.errors import SuiteError

_log = logging.getLogger(__name__)
_NAME = "mahoroba-probe.ics"
_OPEN = "probe"  # fact: the href of a question whose end is not known
_EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mahoroba//Mahoroba//JA\r\nBEGIN:VEVENT\r\n"
    b"UID:mahoroba-probe\r\nDTSTAMP:19700101T000000Z\r\nDTSTART:19700101T000000Z\r\n"
    b"DTEND:19700101T000100Z\r\nSUMMARY:mahoroba\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def learn(store: Store, remote: Remote, collection: str) -> None:
    """Have ``remote`` write as its server needs it. Nothing is raised: what is not known is taken as bad."""
    name = f"conditions {urljoin(remote.url, '/')}"
    known = store.fact(name)
    if known != "kept":
        remote.keep_no_connection()
    if not known:
        try:
            known = _asked(store, remote, collection)
        except (SuiteError, Unknown) as error:
            _log.info("whether the server keeps conditions is not known yet: %s", type(error).__name__)
        else:
            store.put_fact(name, known)
    remote.careful = known != "kept"


def _asked(store: Store, remote: Remote, collection: str) -> str:
    if left := store.fact(_OPEN):
        remote.delete(left, "")
    href = collection + _NAME
    store.put_fact(_OPEN, href)
    kept = remote.put(href, _EVENT, '"mahoroba-probe"') is None
    if not kept:
        remote.delete(href, "")
    store.put_fact(_OPEN, "")
    return "kept" if kept else "ignored"
