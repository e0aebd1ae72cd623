"""What the office's own views show inside administration: the plan, the console, incidents."""
