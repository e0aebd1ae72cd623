"""The face itself: numpy arrays in, numbers out. Knows no database, no network, no window."""
