"""The sheets before the shell: first run, sign in, enrol, lock."""
