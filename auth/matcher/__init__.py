"""The matcher: an ASGI application that holds templates and decides; the terminal never does."""
