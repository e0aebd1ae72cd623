"""Small pictures in the list, for the rows that are on the screen and no others.

They are made by the limited child, one at a time; what is scrolled away before its turn is not made at all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap

from core.errors import SuiteError
from core.i18n import _
from core.jobs import Report
from desktop.pages.services import Services
from desktop.ui import theme
from sharefolder.model import Entry

KEPT = 400  # pictures; some 10 KB each
_AFTER_MS = 120  # of quiet: nobody looks at what flies by
SIDE = 1.9  # em: of the square that every row's picture has

Key = tuple[str, Entry]


class Thumbnails(QObject):
    """``came`` when a picture is there to be painted. ``want`` on the UI thread, as often as wanted."""

    came = Signal(object)

    def __init__(self, owner: QObject, services: Services) -> None:
        super().__init__(owner)
        self._services = services
        self._made: OrderedDict[Key, QIcon | None] = OrderedDict()  # None: there is no picture of it
        self._wanted: list[Key] = []
        self._running = False
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_AFTER_MS)
        self._quiet.timeout.connect(self._begin)

    def want(self, place: str, entries: Sequence[Entry]) -> None:
        """These rows are on the screen now: of no others is a picture made from now on."""
        pictured = self._services.share.looks.has_thumbnail
        self._wanted = [(place, e) for e in entries if (place, e) not in self._made and pictured(place, e)]
        self._quiet.start()

    def of(self, place: str, entry: Entry) -> QIcon | None:
        """Its picture, if it has been made."""
        return self._made.get((place, entry))

    def _begin(self) -> None:
        if self._running or not self._wanted:
            return
        self._running = True
        share = self._services.share
        place, entry = key = self._wanted.pop(0)

        def make(_report: Report) -> bytes:
            return share.looks.thumbnail(place, entry)

        self._services.bridge.run(
            self,
            _("見本の絵"),
            make,
            lambda content: self._take(key, content),
            lambda error: self._without(key, error),
            ended=self._next,
            lane="share-thumbnails",
        )

    def _next(self) -> None:
        self._running = False
        self._begin()

    def _without(self, key: Key, error: SuiteError) -> None:
        """A share that is away may be back when the row is shown again; anything else has no picture."""
        if error.code != "SHARE-001":
            self._keep(key, None)

    def _take(self, key: Key, content: bytes) -> None:
        """The child has drawn it anew: these bytes are ours, not the document's."""
        drawn = QPixmap()
        if not content or not drawn.loadFromData(content, "PNG"):
            self._keep(key, None)
            return
        picture, icon = framed(drawn), QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint a chosen row's
            icon.addPixmap(picture, mode)
        self._keep(key, icon)
        self.came.emit(key[1])

    def _keep(self, key: Key, icon: QIcon | None) -> None:
        self._made[key] = icon
        while len(self._made) > KEPT:
            self._made.popitem(last=False)


def framed(picture: QPixmap, scale: bool = True) -> QPixmap:
    """``picture`` in the middle of the square that every row has, so that all names begin in one line."""
    side = theme.em(SIDE)
    if scale:
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        picture = picture.scaled(QSize(side, side), keep, smooth)
    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.transparent)
    size = picture.deviceIndependentSize().toSize()
    at = QRect((side - size.width()) // 2, (side - size.height()) // 2, size.width(), size.height())
    painter = QPainter(square)
    painter.drawPixmap(at, picture)
    painter.end()
    return square
