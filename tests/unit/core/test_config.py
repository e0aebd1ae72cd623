"""Settings: who decides, and what a wrong file does."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config import Config, Origin
from core.errors import SuiteError
from core.paths import Paths
from core.settings import Settings
from core.settings.declared import Declared, declared
from tests.unit.core.configured import codes, load, load_again

POLICY = """
[locked]
by = "情報政策課"
keys = ["presence", "appearance.font"]

[appearance]
language = "ja"

[face]
threshold_alone = 0.30
"""


def test_without_files_everything_is_the_declared_default(paths: Paths) -> None:
    config = Config.load(paths)
    assert config.notices == ()
    for setting in declared():
        section, name = setting.key.split(".")
        assert getattr(getattr(config, section), name) == setting.default, setting.key
        assert config.origin(setting.key).source == "default"
    assert (config.face.threshold_alone, config.face.threshold_with_second) == (0.37, 0.41)


def test_policy_over_person_over_default(paths: Paths) -> None:
    config = load(paths, POLICY, '[appearance]\nlanguage = "en"\ntheme = "dark"\n')
    assert config.appearance.language == "ja"
    assert config.appearance.theme == "dark"
    assert config.appearance.text_scale == 1.0
    assert config.origin("appearance.language") == Origin("policy", True, "情報政策課")
    assert config.origin("appearance.theme") == Origin("user", False, "")
    assert config.origin("appearance.text_scale") == Origin("default", False, "")


def test_a_locked_value_stays_at_the_default_and_says_who_locked_it(paths: Paths) -> None:
    config = load(paths, POLICY, '[presence]\nafter_s = 0\n[appearance]\nfont = "ud"\n')
    assert config.presence.after_s == 30
    assert config.appearance.font == "noto"
    assert config.origin("presence.after_s") == Origin("default", True, "情報政策課")
    for key, value in (("presence.after_s", 0), ("appearance.font", "ud"), ("appearance.language", "en")):
        with pytest.raises(SuiteError, match="情報政策課") as caught:
            config.save_user(key, value)
        assert caught.value.code == "CONF-004"


def test_a_person_cannot_weaken_what_the_policy_decides(paths: Paths) -> None:
    user = "[face]\nthreshold_alone = 1.9\n[security]\npin_min_length = 4\n[trial]\nenabled = true\n"
    config = load(paths, "", user)
    assert config.face.threshold_alone == 0.37
    assert config.security.pin_min_length == 6
    assert config.trial.enabled is False
    assert codes(config) == ["CONF-009"] * 3
    with pytest.raises(SuiteError) as caught:
        config.save_user("face.threshold_alone", 1.0)
    assert caught.value.code == "CONF-004"
    assert paths.user_settings.read_text() == user


@pytest.mark.parametrize("prefix", ["", "MAHOROBA_", "SETTINGS_"])
def test_no_environment_variable_is_a_setting(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    for name, value in (
        ("FACE", '{"threshold_alone": 1.9}'),
        ("face", '{"threshold_alone": 1.9}'),
        ("FACE__THRESHOLD_ALONE", "1.9"),
        ("TRIAL", '{"enabled": true}'),
        ("APPEARANCE", '{"theme": "dark"}'),
    ):
        monkeypatch.setenv(prefix + name, value)
    config = load(paths, POLICY)
    assert config.face.threshold_alone == 0.30
    assert config.trial.enabled is False
    assert config.appearance.theme == "system"


def test_a_machine_policy_is_not_left_by_moving_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = tmp_path / "etc" / "policy.toml"
    machine.parent.mkdir()
    machine.write_text('[locked]\nby = "県"\n[face]\nthreshold_alone = 0.2\n', "utf-8")
    monkeypatch.setattr("core.paths._machine_policy", lambda: machine)
    paths = Paths.from_environment()
    (tmp_path / "policy.toml").write_text("[face]\nthreshold_alone = 0.4\n")
    assert paths.policy == machine
    assert Config.load(paths).face.threshold_alone == 0.2


@pytest.mark.parametrize(
    "text",
    [
        "[appearance",
        "a = ",
        "\x00",
        "x = " + "[" * 100_000,
        "[appearance]\ntheme='dark'\ntheme='light'",
        "#" * 300_000,
    ],
)
def test_a_broken_user_file_is_kept_aside_and_said(paths: Paths, text: str) -> None:
    config = load(paths, "", text)
    assert codes(config) == ["CONF-007"]
    assert config.appearance.theme == "system"
    kept = paths.config / "settings.toml.broken-1"
    assert kept.read_text("utf-8") == text
    assert kept.name in config.notices[0].why
    config.save_user("appearance.theme", "dark")
    assert load_again(paths).appearance.theme == "dark"
    paths.user_settings.write_text(text, "utf-8")
    Config.load(paths)
    assert (paths.config / "settings.toml.broken-2").exists()
    assert kept.read_text("utf-8") == text


def test_bytes_that_are_no_text(paths: Paths) -> None:
    paths.user_settings.write_bytes(b"\xff\xfe\x00theme")
    assert codes(Config.load(paths)) == ["CONF-007"]


def test_a_folder_in_the_place_of_the_file(paths: Paths) -> None:
    paths.user_settings.mkdir()
    assert codes(Config.load(paths)) == ["CONF-007"]


def test_a_file_that_can_be_neither_read_nor_renamed(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    paths.user_settings.write_text("broken = ")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        config = Config.load(paths)
    assert codes(config) == ["CONF-006"]
    with pytest.raises(SuiteError) as caught:
        config.save_user("appearance.theme", "dark")
    assert caught.value.code == "CONF-001"
    assert paths.user_settings.read_text() == "broken = ", "never overwritten"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        assert codes(Config.load(paths)) == ["CONF-006"]


def test_wrong_and_unknown_values_are_ignored_one_by_one(paths: Paths) -> None:
    user = """
unknown = 1
camera = "not a table"
[appearance]
theme = "pink"
text_scale = 9.0
font = "ud"
colour = "red"
[nosuch]
a = 1
[presence]
after_s = 31
"""
    config = load(paths, "", user)
    assert config.appearance.font == "ud"
    assert (config.appearance.theme, config.appearance.text_scale) == ("system", 1.0)
    assert config.presence.after_s == 30
    said = "".join(notice.why for notice in config.notices)
    for key in (
        "unknown",
        "camera",
        "appearance.theme",
        "appearance.text_scale",
        "appearance.colour",
        "nosuch",
    ):
        assert f"「{key}」" in said
    assert set(codes(config)) == {"CONF-008"}
    assert paths.user_settings.read_text("utf-8") == user


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "0.0", "2.0", '"x"', "true", "[]", "{a = 1}"])
def test_a_policy_with_a_wrong_value_stops_the_start(paths: Paths, value: str) -> None:
    with pytest.raises(SuiteError, match=r"face\.threshold_alone|face") as caught:
        load(paths, f"[face]\nthreshold_alone = {value}\n")
    assert caught.value.code == "CONF-002"


@pytest.mark.parametrize(
    "policy",
    [
        "face = 1",
        "[face]\nthreshold_alone = 0.45",
        "[face]\ndlib_threshold_never = 0.1",
        "[locked]\nkeys = 'presence'",
        "[locked]\nwho = 'x'",
        "locked = 1",
        "[security]\nzones = 1",
        "[security]\nzone = ''",
    ],
)
def test_a_policy_that_says_something_impossible_stops_the_start(paths: Paths, policy: str) -> None:
    with pytest.raises(SuiteError) as caught:
        load(paths, policy)
    assert caught.value.code == "CONF-002"


def test_a_policy_that_cannot_be_read_stops_the_start(paths: Paths) -> None:
    with pytest.raises(SuiteError) as caught:
        load(paths, "[face")
    assert caught.value.code == "CONF-001"
    paths.policy.unlink()
    paths.policy.mkdir()
    with pytest.raises(SuiteError) as caught:
        Config.load(paths)
    assert caught.value.code == "CONF-001"


def test_an_unknown_name_in_the_policy_is_said_not_fatal(paths: Paths) -> None:
    policy = '[locked]\nkeys = ["face.tresholds", "nosuch"]\n[face]\ntreshold = 1\n[newer]\na = 1\n'
    config = load(paths, policy)
    said = "".join(notice.why for notice in config.notices)
    for key in ("face.tresholds", "nosuch", "face.treshold", "newer"):
        assert f"「{key}」" in said
    assert set(codes(config)) == {"CONF-010"}


def test_zones_of_the_policy_replace_the_default_ones(paths: Paths) -> None:
    config = load(paths, '[security]\nzone = "mynumber"\n[security.zones]\nmynumber = [["face", "pin"]]\n')
    assert config.security.zones == {"mynumber": [["face", "pin"]]}


def test_every_setting_explains_itself(paths: Paths) -> None:
    settings = list(declared())
    assert len(settings) == sum(len(f.annotation.model_fields) for f in Settings.model_fields.values())
    for setting in settings:
        assert isinstance(setting, Declared)
        for text in (setting.section, setting.title, setting.description):
            assert any("\u3040" <= c <= "\u9fff" for c in text) or text == "PIN", setting.key
    titles = [(s.section, s.title) for s in settings]
    assert len(set(titles)) == len(titles)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(["locked", "trial", *(key for s in declared() for key in s.key.split("."))])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4) | VALUES, max_size=4))
def test_no_user_file_keeps_the_suite_from_starting(paths: Paths, content: dict[str, object]) -> None:
    def without_none(value: object) -> object:
        if isinstance(value, dict):
            return {k: without_none(v) for k, v in value.items() if v is not None}
        return [without_none(v) for v in value if v is not None] if isinstance(value, list) else value

    text = tomlkit.dumps(without_none(content))  # type: ignore[arg-type]
    config = load(paths, POLICY, text)
    assert config.face.threshold_alone == 0.30
    assert config.presence.after_s == 30
    assert config.trial.enabled is False


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_bytes_keep_the_suite_from_starting(paths: Paths, content: bytes) -> None:
    paths.user_settings.write_bytes(content)
    assert Config.load(paths).trial.enabled is False
