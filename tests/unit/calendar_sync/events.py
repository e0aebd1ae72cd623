"""Events for the tests, written as a client would write them."""

from __future__ import annotations


def event(uid: str = "u1", *lines: str, start: str = "20261124T100000", summary: str = "課内会議") -> bytes:
    body = [
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART;TZID=Asia/Tokyo:{start}",
        "DTEND;TZID=Asia/Tokyo:20261124T113000",
        f"SUMMARY:{summary}",
        *lines,
    ]
    text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//JA", "BEGIN:VEVENT", *body, "END:VEVENT"]
    return "".join(line + "\r\n" for line in [*text, "END:VCALENDAR"]).encode()
