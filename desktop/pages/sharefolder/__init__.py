"""共有フォルダ: the office's files, inquiries that collate themselves, specifications to begin from."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.i18n import _
from core.jobs import Report
from desktop.pages.matters import FileAim, InquiryAim
from desktop.pages.services import Services
from desktop.pages.sharefolder.cases import CasesView
from desktop.pages.sharefolder.files import Files
from desktop.pages.sharefolder.indexing import Indexing
from desktop.pages.sharefolder.inquiries import Inquiries
from desktop.pages.sharefolder.library import Library
from desktop.pages.sharefolder.one_of import OneOf
from desktop.pages.sharefolder.rules_view import RulesView
from desktop.ui import page
from desktop.ui.widgets.segmented import Segmented


def sharefolder_page(services: Services) -> QWidget:
    """Files, inquiries, the library, model cases and rules; in the trial the sample share is made first."""
    content = QWidget()
    layout = page.column(content, 0.9)
    files = Files(services)

    def add_place() -> None:
        tabs.choose(0)
        stack.choose(files)
        files.adding.add_place()

    def show_file(folder: str, path: str) -> None:
        """In the files, whichever view was shown."""
        tabs.choose(0)
        stack.choose(files)
        files.go(files.place, folder, path)
        files.list.setFocus(Qt.FocusReason.OtherFocusReason)

    here = (services, lambda: files.place, add_place)
    inquiries = Inquiries(*here)
    library = Library(*here, files.chosen, show_file)
    cases = CasesView(*here, lambda: files.folder, show_file)
    views = (files, inquiries, library, cases, RulesView(*here, show_file))
    stack = OneOf(*views)
    names = (_("ファイル"), _("照会"), _("仕様書"), _("モデルケース"), _("運用ルール"))
    tabs = Segmented(_("共有フォルダの画面"), list(enumerate(names)), 0)
    tabs.chosen.connect(lambda number: stack.choose(views[number]))

    layout.addWidget(tabs, 0, Qt.AlignmentFlag.AlignLeft)
    layout.addWidget(stack, 1)

    indexing = Indexing(content, services, files.indexed)

    def prepare(_report: Report) -> None:
        if services.trial:
            from sharefolder.sample import move_in

            move_in(services.share, services.paths.data / "share")

    def ready(_nothing: None) -> None:
        """The files are there at once; the search is when the index is."""
        files.prepared = True
        files.show_places()
        files.offer_pending()
        files.tidy()
        services.aims.taken_by("sharefolder", content, partial(_lead, tabs, stack, files, inquiries))
        indexing.begin()

    services.bridge.run(content, _("一覧"), prepare, ready, lane="share-index")
    return page.scrolled(content, None)


def _lead(tabs: Segmented, stack: OneOf, files: Files, inquiries: Inquiries, aim: object) -> None:
    """To a file in its folder, or to the board of an inquiry."""
    if isinstance(aim, FileAim):
        tabs.choose(0)
        stack.choose(files)
        files.go(aim.place, aim.folder, aim.path)
    elif isinstance(aim, InquiryAim):
        inquiries.lead(aim.place, aim.folder)
        tabs.choose(1)
        stack.choose(inquiries)
