"""Looking into documents that others wrote: always in a child process with limits, never in ours."""
