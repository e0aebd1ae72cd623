"""Names and contents of a share, found in a moment: one index a share, each answer filtered by the reader."""
