"""A whole office on one machine for development and tests: directory, proxy, files, identity provider."""
