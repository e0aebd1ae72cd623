"""Calendar servers that the suite itself can start."""
