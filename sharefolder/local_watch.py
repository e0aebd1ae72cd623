"""Change notices of a local folder through watchdog. A network mount gives none: the periodic look does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer


class LocalWatch(FileSystemEventHandler):
    """``changed`` gets the folder as a path of the share (below ``folder`` too with ``tree``)."""

    def __init__(self, root: Path, folder: Path, changed: Callable[[str], None], tree: bool) -> None:
        """OSError where the folder cannot be watched."""
        self._root, self._changed = root, changed
        self._observer = Observer()
        self._observer.schedule(self, str(folder), recursive=tree)
        self._observer.daemon = True
        self._observer.start()

    def stop(self) -> None:
        """End it; returns when no more will be told."""
        self._observer.stop()
        self._observer.join(5)

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("opened", "closed_no_write"):
            return
        folders = {Path(str(path)).parent for path in (event.src_path, event.dest_path) if path}
        for folder in folders:
            with suppress(ValueError):  # the root itself has gone: the next look says so
                inside = folder.relative_to(self._root).as_posix()
                self._changed("" if inside == "." else inside)
