"""Up, down, and what an earlier run has left under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from core.errors import SuiteError
from core.i18n import _, sentences
from desktop.pages.services import Services
from sharefolder import names
from sharefolder.errors import Taken
from sharefolder.journal import Task
from sharefolder.sending import Batch
from sharefolder.transfer import IfExists

_NAMED = 5  # of what was left out
_HUGE = 200_000_000  # bytes: from here on a batch has a lane of its own

if TYPE_CHECKING:
    from desktop.pages.sharefolder.files import Files


class Sends:
    """The verbs of the view that move bytes."""

    def __init__(self, view: Files, services: Services) -> None:
        self._view, self._services = view, services

    def choose_files(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileNames(self._view, _("送るファイルを選ぶ"))
        if chosen:
            self.send_files([Path(each) for each in chosen])

    def send_files(self, files: Sequence[Path], into: str | None = None) -> None:
        """Send into ``into``, or the folder that is shown; asks first where a name is taken."""
        place, share = self._view.place, self._services.share
        folder = self._view.folder if into is None else into

        def failed(error: SuiteError) -> None:
            if error.code != "SHARE-005":
                self._services.notices.error(error)
                return
            seen = error.seen if isinstance(error, Taken) else None
            both = (_("両方残す"), lambda: self._send(place, folder, files, IfExists.KEEP_BOTH))
            over = (_("置き換える"), lambda: self._send(place, folder, files, IfExists.REPLACE, seen=seen))
            self._view.ask.choice(sentences(error.why, error.what), (both, over))

        self._services.bridge.run(
            self._view,
            _("送る"),
            lambda _r: share.check_free(place, folder, files),
            lambda size: self._send(place, folder, files, IfExists.ASK, size),
            failed,
            lane="share-change",
        )

    def _send(
        self,
        place: str,
        folder: str,
        files: Sequence[Path],
        if_exists: IfExists,
        size: int = 0,
        confirmed: bool = False,
        seen: Mapping[str, float] | None = None,
    ) -> None:
        share = self._services.share

        def failed(error: SuiteError) -> None:
            if error.code != "SHARE-030":
                self._services.notices.error(error)
                return

            def anyway() -> None:
                self._send(place, folder, files, if_exists, size, True, seen)

            words = sentences(error.what, error.why)
            self._view.ask.choice(words, ((_("それでも置き換える"), anyway),), risky=True)

        self._services.bridge.run(
            self._view,
            _("「{name}」へ送る").format(name=folder.rpartition("/")[2] or place),
            lambda report: share.upload(place, folder, files, if_exists, report, confirmed, seen),
            partial(self._sent, place=place),
            failed,
            ended=self.offer_pending,
            lane=f"share {place}" if size < _HUGE else f"share {place} large",  # small ones do not wait
            card=True,
        )

    def _send_mended(self, place: str, batch: Batch) -> None:
        share = self._services.share
        self._services.bridge.run(
            self._view,
            _("この名前で送る"),
            lambda report: share.upload_mended(place, batch.unnamed, report),
            partial(self._sent, place=place),
            ended=self.offer_pending,
            lane=f"share {place}",
            card=True,
        )

    def _offer_names(self, place: str, batch: Batch) -> None:
        """What was left out for its name may go under a good one."""
        named = [f"{path.name} → {names.proposed(path.name)}" for path, _into in batch.unnamed[:_NAMED]]
        if len(batch.unnamed) > _NAMED:
            named.append(_("ほか {count} 件").format(count=len(batch.unnamed) - _NAMED))
        way = (_("この名前で送る"), lambda: self._send_mended(place, batch))
        self._view.ask.choice(_("名前を直せば送れます: {names}").format(names="、".join(named)), (way,))

    def _sent(self, batch: Batch, place: str = "") -> None:
        notices = self._services.notices
        self._name_refused(batch, _("「{name}」は送りませんでした。"), _("{count} 件は送りませんでした。"))
        beside = [each.path.rpartition("/")[2] for each in batch.sent if each.beside]
        if beside:
            words = _("相手が開いているか変えたため、「{name}」として保存しました。").format(name=beside[0])
            notices.warning(words)
        elif batch.sent:
            notices.success(
                _("{count} 件を送り、内容が一致することを確かめました。").format(count=len(batch.sent))
            )
        if batch.unnamed and place:
            self._offer_names(place, batch)
        sent = batch.sent[0].path if batch.sent else ""
        self._view.read(sent if sent.rpartition("/")[0] == self._view.folder else "")

    def save(self) -> None:
        entries = self._view.chosen_entries()
        folder = QFileDialog.getExistingDirectory(self._view, _("保存するフォルダを選ぶ")) if entries else ""
        if folder:
            place, share = self._view.place, self._services.share
            self._services.bridge.run(
                self._view,
                _("この端末に保存"),
                lambda report: share.download(place, entries, Path(folder), IfExists.KEEP_BOTH, report),
                self._saved,
                ended=self.offer_pending,
                lane=f"share {place}",
                card=True,
            )

    def _saved(self, batch: Batch) -> None:
        if batch.sent or not batch.refused:
            words = _("{count} 件を保存し、内容が一致することを確かめました。")
            self._services.notices.success(words.format(count=len(batch.sent)))
        self._name_refused(
            batch, _("「{name}」は保存できませんでした。"), _("{count} 件は保存できませんでした。")
        )

    def _name_refused(self, batch: Batch, one: str, many: str) -> None:
        """What was left out, each by its name as far as a line holds them."""
        if len(batch.refused) == 1:
            name, why = batch.refused[0]
            self._services.notices.warning(one.format(name=name[:60]), why)
        elif batch.refused:
            said = [f"{name[:60]}: {why}" for name, why in batch.refused[:_NAMED]]
            if len(batch.refused) > _NAMED:
                said.append(_("ほか {count} 件").format(count=len(batch.refused) - _NAMED))
            self._services.notices.warning(many.format(count=len(batch.refused)), "\n".join(said))

    def offer_pending(self) -> None:
        """Tell what was begun and has stopped; going on is one press. Another question is not talked over."""
        share, ask = self._services.share, self._view.ask

        def offer(pending: list[Task]) -> None:
            if pending and (ask.isHidden() or ask.stays):
                words = _("前回の転送が {count} 件、途中で止まっています。").format(count=len(pending))
                go_on = (_("続ける"), lambda: self._resume(f"share {pending[0].place}"))
                ask.choice(words, (go_on, (_("取り消す"), self._drop)), stays=True)

        self._services.bridge.run(
            self._view,
            _("途中の転送の続き"),
            lambda _r: share.sending.pending(),
            offer,
            lane="share-change",
        )

    def tidy(self) -> None:
        """What was dropped and could not be taken away then."""
        sending = self._services.share.sending
        self._services.bridge.run(
            self._view,
            _("途中のファイルの片付け"),
            sending.tidy,
            failed=lambda _error: None,
            lane="share-tidy",
        )

    def _resume(self, lane: str) -> None:
        self._services.bridge.run(
            self._view,
            _("途中の転送の続き"),
            self._services.share.sending.resume,
            self._sent,
            ended=self.offer_pending,
            lane=lane,
            card=True,
        )

    def _drop(self) -> None:
        def dropped(left: int) -> None:
            if left:
                words = _("途中のファイルが {count} 件、まだ片付いていません。").format(count=left)
                self._services.notices.warning(words, _("次につながったときに片付けます。"))
            else:
                self._services.notices.success(_("途中の転送を取り消し、途中のファイルを片付けました。"))

        sending = self._services.share.sending
        self._services.bridge.run(
            self._view, _("途中のファイルの片付け"), sending.drop_pending, dropped, lane="share-tidy"
        )
