"""A whole office on one machine for development and tests: directory, proxy, file server, identity provider."""
