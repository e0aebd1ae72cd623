"""Saving a setting: what a person wrote stays, and a kill or a full disk leaves the old file or the new."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.config import Config
from core.errors import SuiteError
from core.paths import Paths
from tests.unit.core.configured import load, load_again
from tests.unit.core.death import every_death, in_child

USER = """# 私の設定
[appearance] # 見た目
theme = "dark"   # 夜は暗く

# あとで
[presence]
after_s = 60
"""


def test_saving_keeps_comments_and_everything_else(paths: Paths) -> None:
    config = load(paths, "", USER)
    config.save_user("appearance.theme", "light")
    config.save_user("appearance.text_scale", 1.5)
    config.save_user("camera.index", 1)
    text = paths.user_settings.read_text("utf-8")
    for comment in ("# 私の設定", "# 見た目", "# 夜は暗く", "# あとで"):
        assert comment in text
    assert (config.appearance.theme, config.appearance.text_scale, config.camera.index) == ("light", 1.5, 1)
    again = load_again(paths)
    assert again.appearance == config.appearance
    assert again.presence.after_s == 60
    assert paths.user_settings.stat().st_mode & 0o777 == 0o600


def test_saving_none_goes_back_to_the_default(paths: Paths) -> None:
    config = load(paths, "", USER)
    config.save_user("appearance.theme", None)
    config.save_user("camera.index", None)
    assert config.appearance.theme == "system"
    assert config.origin("appearance.theme").source == "default"
    assert load_again(paths).presence.after_s == 60


@pytest.mark.parametrize(
    "user", ['appearance.theme = "dark"\n', 'appearance = {theme = "dark"}\n', "[appearance.theme]\n"]
)
def test_unusual_layouts_are_edited_rightly_or_left_alone(paths: Paths, user: str) -> None:
    config = load(paths, "", user)
    config.save_user("appearance.font", "ud")
    assert Config.load(paths).appearance.font == "ud"
    assert Config.load(paths).appearance.theme == config.appearance.theme


def test_a_section_that_is_no_table_is_not_overwritten(paths: Paths) -> None:
    config = load(paths, "", "appearance = 3\n")
    with pytest.raises(SuiteError) as caught:
        config.save_user("appearance.font", "ud")
    assert caught.value.code == "CONF-001"
    assert paths.user_settings.read_text() == "appearance = 3\n"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("appearance.theme", "pink"),
        ("appearance.text_scale", 3.0),
        ("appearance.text_scale", float("nan")),
        ("presence.after_s", 31),
        ("camera.index", -1),
    ],
)
def test_a_value_that_is_not_allowed_is_not_saved(paths: Paths, key: str, value: str | float) -> None:
    config = load(paths, "", USER)
    with pytest.raises(SuiteError) as caught:
        config.save_user(key, value)
    assert caught.value.code == "CONF-003"
    assert paths.user_settings.read_text("utf-8") == USER


@pytest.mark.parametrize("key", ["appearance", "appearance.nosuch", "nosuch.theme", "", ".", "appearance."])
def test_an_undeclared_key_is_a_programming_error(paths: Paths, key: str) -> None:
    config = Config.load(paths)
    with pytest.raises(KeyError):
        config.save_user(key, 1)
    with pytest.raises(KeyError):
        config.origin(key)


def test_a_kill_at_any_line_of_saving_leaves_the_old_or_the_new_file(paths: Paths) -> None:
    saving = load(paths, "", USER)
    seen = set()

    def restore() -> None:
        paths.user_settings.write_text(USER, "utf-8")

    for line in every_death(restore, lambda: saving.save_user("appearance.theme", "light"), stride=2):
        config = Config.load(paths)
        assert config.notices == (), line
        assert config.presence.after_s == 60, line
        assert "# 私の設定" in paths.user_settings.read_text("utf-8")
        seen.add(config.appearance.theme)
    assert seen == {"dark", "light"}


def test_a_full_disk_leaves_the_old_file(paths: Paths) -> None:
    config = load(paths, "", USER)

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        with pytest.raises(SuiteError) as caught:
            config.save_user("appearance.theme", "light")
        assert caught.value.code == "CONF-005"

    assert in_child(work) == 0
    assert paths.user_settings.read_text("utf-8") == USER
    assert not list(paths.config.glob(".*tmp"))


def test_a_read_only_home(paths: Paths) -> None:
    """As another user, because modes do not stop root."""
    config = load(paths, "", USER)
    paths.config.chmod(0o500)
    for folder in (paths.config, *paths.config.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)

    def work() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        with pytest.raises(SuiteError) as caught:
            config.save_user("appearance.theme", "light")
        assert caught.value.code == "CONF-005"

    try:
        assert in_child(work) == 0
    finally:
        paths.config.chmod(0o700)
    assert paths.user_settings.read_text("utf-8") == USER


def test_two_programs_save_at_once(paths: Paths) -> None:
    load(paths)
    script = (
        "import sys; from core.config import Config; from core.paths import Paths\n"
        "config = Config.load(Paths.from_environment())\n"
        "for n in range(10): config.save_user(sys.argv[1], n % 5)\n"
        "config.save_user(sys.argv[1], 7)\n"
    )
    config = Config.load(paths)
    with subprocess.Popen([sys.executable, "-c", script, "camera.index"]) as other:
        for n in range(30):
            config.save_user("appearance.text_scale", 1.0 + n / 100)
        assert other.wait(60) == 0
    again = load_again(paths)
    assert (again.camera.index, again.appearance.text_scale) == (7, 1.29)


def test_sections_are_values_that_nobody_changes_by_accident(paths: Paths) -> None:
    config = Config.load(paths)
    before = config.appearance
    with pytest.raises(ValueError, match="frozen"):
        before.theme = "dark"  # type: ignore[misc]
    threads = [
        threading.Thread(target=config.save_user, args=("appearance.theme", t)) for t in ("dark", "light")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert before.theme == "system"
    assert load_again(paths).appearance.theme == config.appearance.theme
