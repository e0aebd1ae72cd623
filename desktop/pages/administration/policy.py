"""The policy: every setting with what it may hold, what would change before it is saved, and a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from auth.model import Role
from core.errors import SuiteError
from core.i18n import _, bracketed, sentences
from core.policy_draft import Change, Draft, carried, changes, standing
from core.settings.declared import Declared, declared
from desktop.pages.administration.policy_form import PolicyForm
from desktop.pages.administration.step_up import StepUpCard
from desktop.pages.administration.words import zone_words
from desktop.pages.files import ask_folder
from desktop.pages.fresh import Fresh
from desktop.pages.services import Services
from desktop.ui import page, theme
from desktop.ui.announce import announce
from desktop.ui.buttons import button
from desktop.ui.widgets.fields import labelled, line_edit
from desktop.ui.widgets.flow import Flow
from desktop.ui.widgets.table import Table

if TYPE_CHECKING:
    from installer.selftest import Outcome
    from office.policies import Saved

_FIRST = ("security", "servers", "authority", "directory", "tickets", "offline", "plan", "face")
MOST_LINES = 8


class PolicyView(Fresh):
    """All settings on the left, the chosen one on the right, below what saving would change. The auditor
    reads."""

    def __init__(self, services: Services, step_up: StepUpCard) -> None:
        super().__init__(services)
        self._step_up = step_up
        self._before = self._draft = Draft("")
        self._writable = False
        session = services.auth.session
        self._may = session is not None and session.person.role == Role.IT
        rank = {name: number for number, name in enumerate(_FIRST)}
        self._all = sorted(declared(), key=lambda one: rank.get(one.key.partition(".")[0], len(rank)))
        layout = page.column(self, 0.75)
        self.arriving = page.label("", wrap=True)
        layout.addWidget(self.arriving)
        whole = page.Across(58, 1.25)
        left = page.column(spacing=0.6)
        self.finder = line_edit(_("設定を絞り込む"), _("区分・名前・値"))
        left.addWidget(self.finder)
        titles = [_("区分"), _("設定"), _("方針の値"), _("決めた所")]
        self.table = Table(_("方針と設定"), titles, (6, 13, 9, 8))
        self.table.setMinimumHeight(theme.em(12))
        self.finder.textChanged.connect(self.table.narrow)
        self.table.picked.connect(self._pick)
        left.addWidget(self.table, 1)
        whole.add(left, 5)
        self.form = PolicyForm(self._changed, self._may)
        whole.add(self.form, 3)
        layout.addWidget(whole, 1)
        layout.addWidget(self._build_difference())
        layout.addWidget(page.label(zone_words(services.config.security), wrap=True))

    def _build_difference(self) -> QWidget:
        frame, layout = page.card(margin=0.9)
        self.difference = page.label("", wrap=True)
        layout.addWidget(self.difference)
        self.by = line_edit(_("決めた人"), _("例 情報政策課"))
        self.by.textEdited.connect(self._name)
        self._field = labelled(_("決めた人（利用者の設定画面に出る名前）"), self.by)
        self.by.setMaximumWidth(theme.em(24))
        self.keep = button(_("方針を保存"), self._save, "primary")
        self.publish = button(_("署名して書き出す"), self._publish, icon="shield-check")
        self.drop = button(_("変更をやめる"), self._drop, "plain")
        buttons = Flow(self.keep, self.publish, self.drop)
        layout.addWidget(self._field)
        layout.addWidget(buttons)
        for thing in (self._field, buttons):
            thing.setVisible(self._may)
            thing.setEnabled(False)  # until it is known what the policy says
        self._tools = buttons
        return frame

    def read(self) -> None:
        """The file as it lies there; what is being edited is kept upon it."""
        office = self._services.open_office

        def look() -> tuple[Outcome, Draft, Draft, bool]:
            policies = office().policies
            return self._arriving(), policies.draft(), policies.draft(), policies.writable()

        self.bring(_("方針"), look, lambda found: self._show(*found))

    def _arriving(self) -> Outcome:
        """Whether newer ones still come, as the self-test asks it."""
        from installer.selftest import from_error
        from installer.selftest.policy import policy

        try:
            return policy(self._services.paths)
        except SuiteError as error:
            return from_error(error)

    def _say_arriving(self, outcome: Outcome) -> None:
        """In words, with what to do; in red only where somebody has to act."""
        words = _("この端末の方針: {what}").format(what=outcome.what)
        self.arriving.setText(sentences(words + bracketed(outcome.code), outcome.next_step))
        self.arriving.setProperty("role", "danger" if outcome.state == "fail" else "")
        page.restyle(self.arriving)

    def _show(self, arriving: Outcome, before: Draft, draft: Draft, writable: bool) -> None:
        self._say_arriving(arriving)
        carried(self._before, self._draft, draft)
        self._before, self._writable = before, writable
        for thing in (self._field, self._tools):
            thing.setEnabled(True)
        self._use(draft)

    def _use(self, draft: Draft) -> None:
        self._draft = draft
        if self.by.text().strip() != draft.by:  # else somebody may be typing it
            self.by.setText(draft.by)
        self._put()
        if self.table.key() is None and self._all:
            self.table.choose(self._all[0])
        self._pick(self.table.key())

    def _drop(self) -> None:
        """The edits go, because somebody said so; and what lies there is looked at again."""
        self._use(Draft(self._before.text))
        self.read()

    def _put(self) -> None:
        self.table.put([(one, self._cells(one)) for one in self._all])
        problems, found = self._draft.problems(), changes(self._before, self._draft)
        self.difference.setText(_difference(found, problems, self._may))
        ready = bool(found) and not problems
        self.keep.setEnabled(ready and self._writable)
        self.publish.setEnabled(not problems)
        self.drop.setEnabled(bool(found))

    def _cells(self, one: Declared) -> tuple[str, ...]:
        origin = self._services.config.origin(one.key)
        decided = {"policy": _("方針: {by}"), "user": _("この利用者"), "default": _("既定値")}[origin.source]
        return one.section, one.title, standing(self._draft, one), decided.format(by=origin.by)

    def _pick(self, one: object) -> None:
        if isinstance(one, Declared):
            self.form.put(one, self._draft)

    def _changed(self) -> None:
        """After each step: the table, the difference and the form's own word follow at once."""
        self._put()
        announce(self.difference, self.difference.text())

    def _name(self, text: str) -> None:
        self._draft.by = text
        self._put()

    def _as_it_is(self) -> tuple[Draft, list[str]]:
        """The draft of this moment, whatever is edited while it is saved; and what it changes."""
        return Draft(self._draft.text), [each.key for each in changes(self._before, self._draft)]

    def _save(self) -> None:
        (draft, keys), was = self._as_it_is(), self._before
        office = self._services.open_office
        words = _("方針を保存しました（{count} 件）。次に始めたときから効きます。").format(count=len(keys))
        self._step_up.run(
            self,
            _("方針の保存"),
            lambda: office().policies.save(draft, keys, was),
            lambda saved: self._done(saved, words),
            self._not_saved,
        )

    def _publish(self) -> None:
        folder = ask_folder(self)
        if folder is None:
            return
        (draft, keys), was = self._as_it_is(), self._before
        office = self._services.open_office

        def done(saved: Saved) -> None:
            words = _("版 {version} として署名し、「{name}」に書き出しました。配布元に置いてください。")
            self._done(saved, words.format(version=saved.version, name=folder.name))

        work = lambda: office().policies.publish(folder, draft, keys, was)  # noqa: E731
        self._step_up.run(self, _("方針の署名"), work, done, self._not_saved)

    def _not_saved(self, error: SuiteError) -> None:
        """Why; and what lies there now is shown below the edits, which stay."""
        self._services.bridge.on_error(error)
        self.read()

    def _done(self, saved: Saved, words: str) -> None:
        services, office, step_up = self._services, self._services.open_office, self._step_up
        owner: QObject = services.bridge  # the notice outlives this page

        def undo() -> None:
            work = lambda: office().policies.put_back(saved)  # noqa: E731
            step_up.run(owner, _("方針を前のものに戻す"), work, put_back)

        def put_back(_nothing: object) -> None:
            services.notices.success(_("方針を前のものに戻しました。"))
            self._read_again()

        services.notices.success(words, (_("元に戻す"), undo))
        self.read()


def _difference(found: list[Change], problems: dict[str, str], may: bool) -> str:
    """What saving would change, a line each; what stands in its way comes first."""
    titles = {one.key: f"{one.section}: {one.title}" for one in declared()}
    lines = [_("保存できません – {title}: {why}").format(title=titles.get(key, key), why=why)
             for key, why in problems.items()]  # fmt: skip
    if not found and not lines:
        return _("変更はありません。") if may else _("監査担当は見るだけです。変更は情報担当が行います。")
    lines += [_("保存すると変わること（{count} 件）").format(count=len(found))] if found else []
    line = _("{title}: {before} → {after}")
    lines += [
        line.format(title=each.title, before=each.before, after=each.after) for each in found[:MOST_LINES]
    ]
    if len(found) > MOST_LINES:
        lines.append(_("ほか {count} 件").format(count=len(found) - MOST_LINES))
    return "\n".join(lines)
