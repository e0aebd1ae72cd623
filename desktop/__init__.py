"""The Qt client: the only package that knows PySide6 and the only one that knows every feature."""
