"""When? An offline-first CalDAV calendar: cache, journal, three-way merge. Nothing is ever lost."""
