"""Packages: what an office installs, made from the locked dependencies of this commit."""
