"""For the day the office is out of reach: a few people's sealed copies at their terminal, local work only."""
