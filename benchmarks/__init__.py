"""Every figure the README states, measured again by one command: ``./mahoroba bench``."""
