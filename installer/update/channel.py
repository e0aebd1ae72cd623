"""The update channel by The Update Framework (TUF 1.0): what it offers is believed only as far as it is
signed.

A channel is a folder with ``metadata/`` and ``targets/``: on a web server of the office, or on a USB stick
– the same files, the same checks. Refused: a changed file, a signature that is missing, metadata that has
expired or is older than what was seen before, a version that is not newer than the one in use.

Plain ``tuf`` (2 small packages) rather than tufup: that one pins tuf 4.0, wants a compiled ``bsdiff4``,
PyNaCl and setuptools on each terminal, and replaces an application's folder, which dpkg and the pointer do
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from core.errors import SuiteError
from core.files import make_private_folder
from core.i18n import _
from core.version import order

PIECE = 1 << 20
INDEX = "latest.json"
"""The target that names the newest packages: ``{"version": "0.2.0", "packages":
["mahoroba_0.2.0_amd64.deb"]}``."""
LARGEST_INDEX = 64 * 1024
PACKAGE = re.compile(r"(mahoroba(?:-models)?)_([0-9.]{3,20})_(amd64|all)\.deb")


@dataclass(frozen=True)
class Offer:
    """What the channel has signed as newest."""

    version: str
    packages: tuple[str, ...]


class FolderFetcher(FetcherInterface):
    """Reads a channel that lies in a folder (a USB stick). Never leaves it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = (self._folder / unquote(urlsplit(url).path).lstrip("/")).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise DownloadHTTPError("not in the folder", 404)
        return _pieces(path)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


class Channel:
    """``source``: an https address or a folder. ``kept``: where the trusted metadata of this terminal lies.

    ``root``: the trust anchor that came with the package, bytes of a signed root.json.
    """

    def __init__(self, source: str, kept: Path, root: bytes) -> None:
        folder = "://" not in source
        address = "http://channel.invalid" if folder else source.rstrip("/")
        if not folder and not address.startswith("https://"):
            raise refused(_("配布元の番地は https:// で始まります。"), "UPD-010")
        (kept / "metadata").mkdir(parents=True, exist_ok=True)
        make_private_folder(kept / "downloads")
        self._downloads = kept / "downloads"
        self._updater = Updater(
            str(kept / "metadata"),
            f"{address}/metadata/",
            str(self._downloads),
            f"{address}/targets/",
            fetcher=FolderFetcher(Path(source)) if folder else None,
            config=UpdaterConfig(prefix_targets_with_hash=False),
            bootstrap=root,
        )

    def newer_than(self, version: str) -> Offer | None:
        """What is on offer, if it is newer. SuiteError UPD-011 … UPD-013."""
        offer = self._offer()
        return offer if order(offer.version) > order(version or "0") else None

    def fetch(self, offer: Offer) -> list[Path]:
        """The packages of ``offer``, each checked by length and hash. SuiteError UPD-011 … UPD-013."""
        return [self._download(name) for name in offer.packages]

    def _offer(self) -> Offer:
        import json

        try:
            said = json.loads(self._download(INDEX, LARGEST_INDEX).read_bytes())
            version, packages = str(said["version"]), tuple(map(str, said["packages"]))
            found = [PACKAGE.fullmatch(name) for name in packages]
            if not found or not all(each and each[2] == version for each in found):
                raise ValueError("not the packages of that version")
            order(version)
        except (ValueError, LookupError, TypeError) as error:
            raise refused(_("配布元の目録を読み取れません。"), "UPD-013") from error
        return Offer(version, packages)

    def _download(self, name: str, longest: int | None = None) -> Path:
        try:
            target = self._updater.get_targetinfo(name)
            if target is None:
                raise refused(_("配布元に「{name}」がありません。").format(name=name), "UPD-013")
            _check_length(target, longest)
            return Path(self._updater.find_cached_target(target) or self._updater.download_target(target))
        except RepositoryError as error:
            words = _("署名、期限または内容が正しくありません（{kind}）。")
            raise refused(words.format(kind=type(error).__name__), "UPD-011") from error
        except (DownloadError, OSError) as error:
            words = _("配布元から受け取れません（{kind}）。")
            raise refused(words.format(kind=type(error).__name__), "UPD-012") from error


def _check_length(target: TargetFile, longest: int | None) -> None:
    if longest is not None and target.length > longest:
        raise refused(_("配布元の目録を読み取れません。"), "UPD-013")


def refused(why: str, code: str) -> SuiteError:
    """An update that is not taken; the version in use goes on."""
    return SuiteError(
        _("更新しませんでした。"), why, _("いまの版のまま使えます。情報担当に連絡してください。"), code
    )
