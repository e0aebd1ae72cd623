"""The terminal's side of signing in: the camera, the challenge as performed, presence."""
