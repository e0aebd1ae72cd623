"""Where frames come from: a device, or (trial and tests only) a folder or a video file.

Every adapter hands out checked frames and says in a sentence why it cannot; recovery is the stream's work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

# Read by OpenCV when it is loaded: how long one V4L2 read may block (its own default is 10 s).
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")

import cv2
import numpy as np

from auth.face.camera_devices import Device, choose, devices, no_camera
from auth.face.frame import Frame, check_frame
from core.errors import SuiteError
from core.i18n import _

MOST_FILE_BYTES = 32 * 1024 * 1024
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


class Camera(Protocol):
    """open and read raise SuiteError CAM-0xx, read blocks about a second at most, close never raises."""

    @property
    def name(self) -> str: ...
    def open(self) -> None: ...
    def read(self) -> Frame: ...
    def close(self) -> None: ...


class DeviceCamera:
    """A real camera by V4L2 or Media Foundation: allow-listed and not virtual, checked at every opening."""

    def __init__(
        self,
        allowed: Sequence[str] = (),
        index: int | None = None,
        size: tuple[int, int] = (640, 480),
        fps: int = 15,
        find: Callable[[], Sequence[Device]] = devices,
    ) -> None:
        self._allowed, self._index, self._size, self._fps, self._find = allowed, index, size, fps, find
        self._capture: cv2.VideoCapture | None = None
        self._device: Device | None = None
        self._number = 0

    @property
    def name(self) -> str:
        return self._device.name if self._device else ""

    def open(self) -> None:
        """Raises SuiteError CAM-001, -003 (held by another program), -004, -005 or -006 (no permission)."""
        self.close()
        device = self._device = self._chosen()
        if device.path.startswith("/dev/") and not os.access(device.path, os.R_OK | os.W_OK):
            raise no_camera() if not os.path.exists(device.path) else _not_permitted(device)
        backend = cv2.CAP_MSMF if sys.platform == "win32" else cv2.CAP_V4L2
        capture = cv2.VideoCapture(device.index, backend)
        if not capture.isOpened():
            capture.release()
            raise busy(device.name)
        for setting, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, self._size[0]),
            (cv2.CAP_PROP_FRAME_HEIGHT, self._size[1]),
            (cv2.CAP_PROP_FPS, self._fps),
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        ):
            capture.set(setting, value)
        self._capture = capture

    def _chosen(self) -> Device:
        found = list(self._find())
        device = choose(found, self._allowed, self._index)
        if sys.platform == "win32" and any(each.virtual for each in found):
            # Media Foundation opens by number and its order is not the registry's: do not guess.
            return choose([each for each in found if each.virtual], self._allowed)
        return device

    def read(self) -> Frame:
        """Raises SuiteError CAM-002 when the camera has gone and CAM-003 when it gives nothing."""
        if self._capture is None or self._device is None:
            raise unplugged(self.name)
        good, image = self._capture.read()
        now = time.monotonic()
        if not good or image is None:
            gone = self._device.path.startswith("/dev/") and not os.path.exists(self._device.path)
            raise unplugged(self.name) if gone or self._number else busy(self.name)
        self._number += 1
        return Frame(check_frame(image), now, self._number)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
        self._capture, self._number = None, 0


COUNTED_FROM = 1000.0
"""Seconds. A counted clock begins here, so that a seeded run is the same each time."""


STALL_S = 0.5
"""How long a recording waits for its reader; what is longer is a gap, as a device's would be."""


class Pace:
    """Frame times of a recording: from the wall clock (paced) or counted, as fast as the reader likes."""

    def __init__(
        self,
        fps: float,
        paced: bool,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval, self._paced, self._clock, self._wait = 1 / fps, paced, clock, wait
        self.restart()

    def restart(self) -> None:
        self._begin = self._clock() if self._paced else COUNTED_FROM
        self._count, self._behind = 0, 0.0

    def peek(self) -> float:
        """The time of the frame that comes next."""
        return self._begin + (self._count + 1) * self._interval

    def next(self) -> tuple[float, int]:
        """(time in seconds, number from 1); waits until the frame is due when paced.

        On a busy machine an actor performs slower: times fall behind the clock by each short stall and never
        catch up, so that frames never span more than has passed. What was due in a long one is gone.
        """
        self._count += 1
        due = self._begin + self._count * self._interval
        if not self._paced:
            return due, self._count
        late = self._clock() - self._behind - due
        if late > STALL_S:
            missed = int(late / self._interval)
            self._count, due = self._count + missed, due + missed * self._interval
        else:
            self._behind += max(late, 0.0)
        self._wait(min(max(due + self._behind - self._clock(), 0.0), 1.0))
        return due, self._count


class FolderCamera:
    """Pictures of a folder in the order of their names. For trial and tests only."""

    def __init__(self, folder: Path, fps: float = 15, *, loop: bool = False, paced: bool = True) -> None:
        self.name = folder.name
        self._folder, self._loop, self._pace = folder, loop, Pace(fps, paced)
        self._files: list[Path] = []
        self._at = 0

    def open(self) -> None:
        """Raises SuiteError CAM-008 when there is no picture."""
        if self._folder.is_dir():
            self._files = sorted(each for each in self._folder.iterdir() if each.suffix.lower() in PICTURES)
        if not self._files:
            raise unreadable(self.name)
        self._at = 0
        self._pace.restart()

    def read(self) -> Frame:
        """Raises SuiteError CAM-002 at the end and CAM-008 for a file that is no picture."""
        if self._at >= len(self._files):
            if not (self._loop and self._files):
                raise unplugged(self.name)
            self._at = 0
        file = self._files[self._at]
        self._at += 1
        if file.stat().st_size > MOST_FILE_BYTES:
            raise unreadable(file.name)
        image = cv2.imdecode(np.frombuffer(file.read_bytes() or b"\0", np.uint8), cv2.IMREAD_UNCHANGED)
        if image is None:
            raise unreadable(file.name)
        return Frame(check_frame(image), *self._pace.next())

    def close(self) -> None:
        self._files = []


class VideoCamera:
    """Frames of a video file. For trial and tests only."""

    def __init__(self, file: Path, fps: float = 15, *, loop: bool = False, paced: bool = True) -> None:
        self.name = file.name
        self._file, self._loop, self._pace = file, loop, Pace(fps, paced)
        self._capture: cv2.VideoCapture | None = None

    def open(self) -> None:
        self.close()
        capture = cv2.VideoCapture(str(self._file)) if self._file.is_file() else None
        if capture is None or not capture.isOpened():
            raise unreadable(self.name)
        self._capture = capture
        self._pace.restart()

    def read(self) -> Frame:
        if self._capture is None:
            raise unplugged(self.name)
        good, image = self._capture.read()
        if not good and self._loop:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, image = self._capture.read()
        if not good or image is None:
            raise unplugged(self.name)
        return Frame(check_frame(image), *self._pace.next())

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
        self._capture = None


def unplugged(name: str) -> SuiteError:
    return SuiteError(
        _("カメラの映像が途切れました。"),
        _("カメラ（{name}）が外されたか、映像が終わりました。").format(name=name or _("名前なし")),
        _("カメラをつなぎ直してください。つながると自動で再開します。"),
        "CAM-002",
    )


def busy(name: str) -> SuiteError:
    return SuiteError(
        _("カメラの映像を受け取れません。"),
        _("カメラ（{name}）をほかのアプリが使っているようです。").format(name=name or _("名前なし")),
        _("ビデオ会議などを終えてください。空くと自動で再開します。暗証番号でもサインインできます。"),
        "CAM-003",
    )


def _not_permitted(device: Device) -> SuiteError:
    return SuiteError(
        _("カメラを使えません。"),
        _("この利用者には、カメラ（{name}）を使う権限がありません。").format(name=device.name),
        _("情報担当に「videoグループへの追加」を依頼するか、暗証番号でサインインしてください。"),
        "CAM-006",
    )


def unreadable(name: str) -> SuiteError:
    return SuiteError(
        _("録画した映像を開けませんでした。"),
        _("「{name}」に、読める画像がありません。").format(name=name),
        _("別のファイルかフォルダーを指定してください。"),
        "CAM-008",
    )
