"""Controls that more than one page uses, each drawn from the same tokens."""
