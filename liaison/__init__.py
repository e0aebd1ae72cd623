"""Liaison laptops: profile -> bundle -> check/apply/verify -> lent by scan -> wiped with proof."""
