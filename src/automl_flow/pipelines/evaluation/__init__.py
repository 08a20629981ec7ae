"""Put the model together, judge it on rows that no search has seen, and write about it."""
