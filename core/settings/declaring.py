"""How a setting is declared, and who may say it: the person, or only the administrator's policy.

What ``policy`` declares is read from the policy file only: a person's own file must not be able to weaken
what decides about a face, a key or a camera.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def own(default: object, title: str, description: str, **bounds: Any) -> Any:
    """A setting that the person may choose, as long as the policy does not."""
    return Field(default, title=title, description=description, **bounds)


def policy(default: object, title: str, description: str, **bounds: Any) -> Any:
    """A setting that only the policy may say."""
    return own(default, title, description, json_schema_extra={"scope": "policy"}, **bounds)


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=False)
