"""How is the house doing? The plan's measures, the terminals, what the trail says, backups, incidents."""
