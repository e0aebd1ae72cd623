"""Versions side by side, one pointer, and signed updates: how a terminal gets the next version and goes
back."""
