"""What a tabular search tries next."""
