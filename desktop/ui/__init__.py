"""What every page is made of: tokens, theme, shell, notices, job cards, widgets."""
