"""Nothing is judged by a clock: hypothesis' deadline is off, machines differ."""

from hypothesis import settings

settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")
