"""The bell of the top line: a word, how many are unread, and the list under it."""

from __future__ import annotations

from collections.abc import Sequence

from core.i18n import _, bracketed
from core.jobs import JobState, Status
from desktop.ui.announce import announce
from desktop.ui.bridge import Bridge
from desktop.ui.buttons import Button
from desktop.ui.centre import Calling, Centre, Note
from desktop.ui.centre_panel import CentrePanel
from desktop.ui.icons import set_icon
from desktop.ui.job_card import words_of
from desktop.ui.notice import Notice, NoticeBar
from desktop.ui.tips import plain


class Bell(Button):
    """Hears of banners (``notices``) and of long jobs (``bridge``); ``centre`` is for everybody else."""

    def __init__(self, calling: Calling, notices: NoticeBar, bridge: Bridge) -> None:
        super().__init__(_("お知らせ"))
        self._calling = calling
        self._panel: CentrePanel | None = None
        self._wide = True
        self.centre = Centre(self, calling.quiet)
        self.setAutoDefault(False)
        self.setProperty("kind", "plain")
        self.setObjectName("bell")
        set_icon(self, "bell", "link")
        self.clicked.connect(lambda _checked=False: self.open())
        self.centre.changed.connect(self._count)
        self.centre.called.connect(self._call)
        notices.arrived.connect(self._keep_banner)
        bridge.states.connect(self._jobs_ended)

    def open(self) -> None:
        """Show the list; again: close it."""
        if self._panel is None or self._panel.parentWidget() is not self.window():
            self._panel = CentrePanel(self, self.centre, self._calling.words)
        if self._panel.isVisible():
            self._panel.leave()
        else:
            self._panel.open()

    def fit(self, wide: bool) -> None:
        """The window has another size: the list is no longer where it belongs, and the word may need room."""
        self._wide = wide
        self._count()
        if self._panel is not None:
            self._panel.hide()

    def _count(self) -> None:
        count = self.centre.unread
        name = _("お知らせ 未読 {count} 件").format(count=count) if count else _("お知らせ")
        words = _("お知らせ {count}").format(count=count) if count else _("お知らせ")
        narrow = str(count) if count else ""
        self.setText(words if self._wide else narrow)
        self.setAccessibleName(name)
        self.setToolTip(plain("" if self._wide else name))

    def _call(self, note: Note) -> None:
        if self._calling.locked():  # it is in the list when the person is back
            return
        announce(self, f"{note.title} {note.sentence}", note.urgent)
        self._calling.tell(note.title, note.sentence)

    def _keep_banner(self, notice: Notice) -> None:
        """What went wrong can be read again; what went well need not."""
        if notice.kind in ("warning", "error") and not notice.stays:
            code = bracketed(notice.code)
            icon = "warning" if notice.kind == "warning" else "warning-circle"
            key = f"banner:{notice.time}:{notice.text}"
            self.centre.put(Note(key, icon, notice.text, notice.next_step + code), aloud=False)

    def _jobs_ended(self, states: Sequence[JobState]) -> None:
        """What took its time (a transfer, an export) and has come to its end."""
        for state in states:
            if state.status in (Status.DONE, Status.FAILED):
                icon = "check-circle" if state.status is Status.DONE else "warning-circle"
                self.centre.put(Note(f"job:{state.number}", icon, state.title, words_of(state)))
