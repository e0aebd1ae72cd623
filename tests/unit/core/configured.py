"""Settings files as a test wants them, loaded."""

from __future__ import annotations

from core.config import Config
from core.paths import Paths


def load(paths: Paths, policy: str = "", user: str = "") -> Config:
    paths.policy.write_text(policy, "utf-8")
    paths.user_settings.write_text(user, "utf-8")
    return Config.load(paths)


def codes(config: Config) -> list[str]:
    return [notice.code for notice in config.notices]


def load_again(paths: Paths) -> Config:
    config = Config.load(paths)
    assert config.notices == ()
    return config
