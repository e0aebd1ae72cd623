"""The kernel under every feature: no Qt, imports nothing of ours."""
