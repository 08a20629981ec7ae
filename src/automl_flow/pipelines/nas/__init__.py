"""Search a network architecture and train it."""
