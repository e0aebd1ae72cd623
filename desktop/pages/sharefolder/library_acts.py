"""What is done with the library: put a specification in, set what is known of it, begin a new one from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.i18n import _, sentences
from core.jobs import Report
from desktop.pages.services import Services
from sharefolder.library.shelf import Specification
from sharefolder.model import Entry

if TYPE_CHECKING:
    from desktop.pages.sharefolder.library import Library


class LibraryActs:
    """The verbs of the library."""

    def __init__(self, view: Library, services: Services, chosen: Callable[[], Entry | None]) -> None:
        self._view, self._services, self._chosen = view, services, chosen
        self._changing: Specification | None = None  # None: a new one
        self._offered: Entry | None = None

    def _section(self) -> str:
        session = self._services.auth.session
        return session.person.section if session is not None else ""

    def add(self) -> None:
        """A new one, from the file chosen in the share or from one of this terminal."""
        entry = self._chosen()
        self._changing, self._offered = None, entry if entry is not None and not entry.folder else None
        name = self._offered.name if self._offered is not None else ""
        self._view.stack.choose(self._view.form)
        self._view.form.begin(name.rpartition(".")[0][:80], {"department": self._section()}, name)

    def edit(self) -> None:
        """Set what is known of the chosen one."""
        self._changing = self._view.current()
        if self._changing is not None:
            self._view.stack.choose(self._view.form)
            known = self._changing.known
            self._view.form.begin(self._changing.title, known.values, None, self._view.others.text())

    def keep(self, title: str, values: dict[str, str], file: Path | None) -> None:
        """What the form says."""
        form, share, place, by = self._view.form, self._services.share, self._view.place, self._section()
        was, offered = self._changing, self._offered
        source = file or offered
        if was is None and (not title or source is None):
            self._services.notices.warning(_("文書を選び、題名を入れてください。"))
            return

        def work(report: Report) -> Specification:
            shelf = share.library(place)
            if was is not None:
                return shelf.change(was, _changed(was, values), by)
            assert source is not None  # noqa: S101 - asked above
            filled = {field: value for field, value in values.items() if value}
            return shelf.put(title, filled, partial(share.beginnings.bring, place, source, report), by)

        def done(made: Specification) -> None:
            said = _("「{title}」を載せました。") if was is None else _("「{title}」の情報を保存しました。")
            self._services.notices.success(said.format(title=made.title))
            self._view.back(made)

        form.done.setEnabled(False)
        self._services.bridge.run(
            self._view,
            _("仕様書を載せる"),
            work,
            done,
            ended=lambda: form.done.setEnabled(True),
            lane="share-library",
            card=was is None,
        )

    def show(self) -> None:
        """The documents, where they lie."""
        each = self._view.current()
        if each is not None:
            self._view.show_file(each.folder, each.documents[0].path if each.documents else "")

    def copy(self) -> None:
        """Ask for the name; then into one's own section's folder."""
        each = self._view.current()
        if each is None or not each.documents:
            return
        document = each.documents[max(0, self._view.document.currentIndex())]
        question = _("新しい仕様書の名前（「{section}」に写します）").format(section=self._section())
        self._view.ask.text(question, document.name, partial(self._copy, document))

    def _copy(self, document: Entry, name: str) -> None:
        share, place, section = self._services.share, self._view.place, self._section()

        def done(result: tuple[str, bool]) -> None:
            path, counted = result
            said = _("「{path}」に写しました。").format(path=path)
            rest = "" if counted else _("このライブラリに書く権利がないため、使われた数には入っていません。")
            self._services.notices.success(sentences(said, rest))
            self._view.show_file(path.rpartition("/")[0], path)

        self._services.bridge.run(
            self._view,
            _("写す"),
            lambda report: share.beginnings.begin_from(place, document, section, name, report),
            done,
            lane=f"share {place}",
            card=True,
        )


def _changed(was: Specification, values: dict[str, str]) -> dict[str, str]:
    """Only what was set anew, so that others' fields stay theirs; a field with several values is settled."""
    return {f: v for f, v in values.items() if v != was.value(f) or f in was.known.others}
