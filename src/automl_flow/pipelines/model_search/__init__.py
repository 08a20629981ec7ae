"""Search models for a table and put the best together."""
