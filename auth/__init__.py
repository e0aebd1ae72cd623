"""Who are you? Face and liveness become evidence, evidence becomes a session."""
