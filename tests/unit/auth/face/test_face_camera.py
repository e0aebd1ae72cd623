"""Cameras: one contract for every adapter, and the rule that only a real, allowed device may be looked
through.

A device itself cannot be opened here: no test machine has one. Its choice is pure and runs on a made-up
sysfs tree.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from auth.face.actor import ActorCamera
from auth.face.attacks import ATTACKS
from auth.face.camera import COUNTED_FROM, Camera, DeviceCamera, FolderCamera, Pace, VideoCamera
from auth.face.camera_devices import Device, choose, linux_devices, windows_device
from auth.face.guards import TimeGuard
from auth.face.guidance import Deny
from core.errors import SuiteError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    dice = np.random.default_rng(1)
    for number in range(4):
        picture = dice.integers(0, 255, (120, 160, 3), np.uint8)
        cv2.imwrite(str(pictures / f"{number}.png"), picture)
    return pictures


@pytest.fixture
def video(tmp_path: Path) -> Path:
    file = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 15, (160, 120))
    assert writer.isOpened()
    for number in range(4):
        writer.write(np.full((120, 160, 3), 50 * number, np.uint8))
    writer.release()
    return file


MakeCamera = Callable[[], Camera]


@pytest.fixture(params=["folder", "video", "actor", *ATTACKS])
def make(request: pytest.FixtureRequest, folder: Path, video: Path) -> MakeCamera:
    kinds: dict[str, MakeCamera] = {
        "folder": lambda: FolderCamera(folder, paced=False),
        "video": lambda: VideoCamera(video, paced=False),
        "actor": lambda: ActorCamera(3),
    }
    name = request.param
    return kinds.get(name) or (lambda: ATTACKS[name](3))


class TestEveryCamera:
    def test_frames_are_checked_and_their_times_and_numbers_rise(self, make: MakeCamera) -> None:
        camera = make()
        camera.open()
        frames = [camera.read() for _each in range(3)]
        camera.close()
        assert all(frame.image.dtype == np.uint8 and frame.image.shape[2] == 3 for frame in frames)
        assert frames[0].time < frames[1].time < frames[2].time
        assert frames[0].number < frames[1].number < frames[2].number

    def test_reading_a_closed_camera_says_that_the_picture_is_gone(self, make: MakeCamera) -> None:
        camera = make()
        with pytest.raises(SuiteError) as caught:
            camera.read()
        assert caught.value.code == "CAM-002"
        camera.open()
        camera.close()
        camera.close()
        with pytest.raises(SuiteError):
            camera.read()

    def test_it_can_be_opened_again(self, make: MakeCamera) -> None:
        camera = make()
        for _each in range(2):
            camera.open()
            assert camera.read().image.size > 0
            camera.close()


class HandMovedClock:
    def __init__(self) -> None:
        self.time = 50.0

    def wait(self, seconds: float) -> None:
        self.time += seconds


def paced(clock: HandMovedClock) -> Pace:
    return Pace(10, True, lambda: clock.time, clock.wait)


def test_a_busy_machine_slows_the_actor_down_and_no_time_runs_ahead_of_the_clock() -> None:
    clock = HandMovedClock()
    pace = paced(clock)
    times, at = [], []
    for stall in (0.0, 0.01, 0.75, 0.0, 0.09, 0.31, 0.45, 0.0, 0.0):
        clock.time += stall
        times.append(pace.next()[0])
        at.append(clock.time)
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps[:1] + gaps[2:] == pytest.approx([0.1] * 7), "a short stall is waited for"
    assert 0.6 < gaps[1] < 0.9, "a long one is a gap"
    assert all(due <= now + 1e-9 for due, now in zip(times, at, strict=True))
    waited = [b - a for a, b in pairwise(at)]
    assert all(gap <= passed + 0.1 for gap, passed in zip(gaps, waited, strict=True)), "nothing catches up"
    assert sum(gaps) <= sum(waited), "the frames span no more than has passed"


def test_a_stall_longer_than_the_gap_limit_is_a_gap_and_not_hidden() -> None:
    clock, guard = HandMovedClock(), TimeGuard()
    pace = paced(clock)
    assert guard.push(pace.next()[0]) is None
    clock.time += 0.8
    assert guard.push(pace.next()[0]) is None
    clock.time += 1.3
    assert guard.push(pace.next()[0]) is Deny.LOST


def test_counted_times_are_the_same_however_slow_the_reader() -> None:
    pace = Pace(15, False, lambda: 1e9)
    assert [pace.next() for _each in range(3)] == [(COUNTED_FROM + n / 15, n) for n in (1, 2, 3)]


def test_a_recording_ends_and_a_looped_one_does_not(folder: Path) -> None:
    once, again = FolderCamera(folder, paced=False), FolderCamera(folder, loop=True, paced=False)
    once.open()
    again.open()
    for _each in range(4):
        once.read()
        again.read()
    with pytest.raises(SuiteError, match="CAM-002"):
        once.read()
    assert again.read().number == 5


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken"])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    camera = FolderCamera(tmp_path, paced=False)
    camera.open()
    with pytest.raises(SuiteError) as caught:
        camera.read()
    assert caught.value.code == "CAM-008"
    assert "bad.png" in caught.value.why


def test_an_empty_folder_and_a_missing_video_do_not_open(tmp_path: Path) -> None:
    for camera in (FolderCamera(tmp_path), VideoCamera(tmp_path / "none.avi")):
        with pytest.raises(SuiteError, match="CAM-008"):
            camera.open()


def plug(
    root: Path, number: int, name: str, driver: str, *, virtual: bool = False, usb: str = "", index: int = 0
) -> None:
    """Add a device to a made-up /sys as the kernel lays it out."""
    bus = "virtual/video4linux" if virtual else f"pci0000:00/usb1/1-{number}"
    hardware = root / "devices" / bus / f"1-{number}:1.0"
    hardware.mkdir(parents=True)
    entry = root / "class" / "video4linux" / f"video{number}"
    entry.mkdir(parents=True)
    (entry / "name").write_text(name + "\n")
    (entry / "index").write_text(f"{index}\n")
    if driver:
        (root / "drivers" / driver).mkdir(parents=True, exist_ok=True)
        (hardware / "driver").symlink_to(root / "drivers" / driver)
        (entry / "device").symlink_to(hardware)
    if usb:
        vendor, product = usb.split(":")
        (hardware.parent / "idVendor").write_text(vendor + "\n")
        (hardware.parent / "idProduct").write_text(product + "\n")


def found(root: Path) -> list[Device]:
    return linux_devices(root / "class" / "video4linux")


def test_a_real_camera_is_found_with_its_usb_identity_and_without_its_metadata_node(tmp_path: Path) -> None:
    plug(tmp_path, 0, "Integrated Camera: Integrated C", "uvcvideo", usb="04f2:b604")
    plug(tmp_path, 1, "Integrated Camera: Integrated C", "uvcvideo", usb="04f2:b604", index=1)
    (device,) = found(tmp_path)
    assert device.identity == "usb:04f2:b604"
    assert not device.virtual
    assert choose([device], []) == device


@pytest.mark.parametrize(
    ("name", "driver", "virtual"),
    [
        ("OBS Virtual Camera", "v4l2loopback", True),
        ("Integrated Camera", "v4l2loopback", False),
        ("Integrated Camera", "v4l2-loopback", False),
        ("Integrated Camera", "uvcvideo", True),
        ("Integrated Camera", "", True),
        ("Dummy video device (0x0000)", "uvcvideo", False),
        ("DroidCam", "uvcvideo", False),
        ("vivid-000-vid-cap", "vivid", False),
    ],
)
def test_a_virtual_camera_is_refused_by_name_driver_or_place(
    tmp_path: Path, name: str, driver: str, virtual: bool
) -> None:
    plug(tmp_path, 0, name, driver, virtual=virtual)
    (device,) = found(tmp_path)
    assert device.virtual
    with pytest.raises(SuiteError) as caught:
        choose([device], [name])
    assert caught.value.code == "CAM-004"


def test_only_cameras_on_the_list_are_used(tmp_path: Path) -> None:
    plug(tmp_path, 0, "Cheap Cam", "uvcvideo", usb="1111:2222")
    plug(tmp_path, 1, "Office Cam", "uvcvideo", usb="046d:0825")
    cameras = found(tmp_path)
    assert choose(cameras, ["usb:046d:0825"]).name == "Office Cam"
    assert choose(cameras, ["Office Cam"]).index == 1
    with pytest.raises(SuiteError) as caught:
        choose(cameras, ["Another"])
    assert caught.value.code == "CAM-005"


def test_no_camera_and_a_machine_without_sysfs_say_so(tmp_path: Path) -> None:
    assert linux_devices(tmp_path / "nothing") == []
    camera = DeviceCamera(find=list)
    with pytest.raises(SuiteError) as caught:
        camera.open()
    assert caught.value.code == "CAM-001"


def test_windows_interfaces_tell_hardware_from_software() -> None:
    real = r"\\?\usb#vid_046d&pid_0825&mi_00#7&2a1#{e5323777-f976-4f5b-9b55-b94699c46e44}\global"
    software = r"\\?\swd#vcamdevapi#abc#{e5323777-f976-4f5b-9b55-b94699c46e44}\global"
    assert windows_device(0, real, "").identity == "usb:046d:0825"
    assert not windows_device(0, real, "").virtual
    assert windows_device(0, software, "").virtual
    assert windows_device(0, real, "OBS Virtual Camera").virtual
