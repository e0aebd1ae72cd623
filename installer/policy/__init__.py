"""The signed policy on its way: signed at the office, fetched on each terminal."""
