"""Protected actions: what an administrator may do only just after a further factor. The rule is data
(``security.protected``); this reads it, as ``auth.policy`` does for the zones."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from auth import policy
from auth.lockout import Clock
from auth.model import Factor, Session
from core.errors import SuiteError
from core.i18n import _
from core.settings import SecuritySettings


class Action(StrEnum):
    """What can be protected; the value is what the policy writes."""

    DEACTIVATE = "person.deactivate"  # deletes a face as well; and letting in again
    ROLE = "person.role"
    UNLOCK = "person.unlock"
    START_CODE = "code.start"
    BREAK_GLASS = "code.break-glass"
    DEVICE_CODE = "code.device"
    TOKENS = "tokens.import"
    PEOPLE_EXPORT = "people.export"
    AUDIT_EXPORT = "audit.export"
    POLICY = "policy.save"


class StepUpNeeded(SuiteError):  # noqa: N818 - no failure: the next step
    """STEP-001: not refused, but to be asked again when one of ``factors`` has been shown."""

    def __init__(self, factors: tuple[Factor, ...]) -> None:
        words = _("、").join(factor.words() for factor in factors)
        super().__init__(
            _("この操作はまだできません。"),
            _("この操作には、もう一つの確認が要ります（{factors}）。").format(factors=words),
            _("確認してから、もう一度行ってください。"),
            "STEP-001",
        )
        self.factors = factors


class StepUp:
    """``check`` lets a session do an action, or says what is to be shown for it."""

    def __init__(self, rules: Callable[[], SecuritySettings], clock: Clock) -> None:
        self._rules = rules
        self._clock = clock

    def check(self, action: Action, session: Session) -> None:
        """StepUpNeeded unless factors that suffice were shown within ``security.step_up_s`` seconds.
        SuiteError POLICY-001 for a rule that cannot be read."""
        rules = self._rules()
        protected = {str(name): sets for name, sets in rules.protected.items()}
        if action not in protected:
            return
        sets, now = policy.sets_of(protected, action), self._clock.now()
        fresh = [e for e in session.evidence if now - e.time <= rules.step_up_s]
        if not policy.satisfied(fresh, sets):
            counting = [e for e in fresh if any(e.factor in each for each in sets)]
            raise StepUpNeeded(policy.still_needed(counting, sets))
