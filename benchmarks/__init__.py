"""Every figure the documents state, measured again by one command: ``./mahoroba bench``."""
