"""The workers of a tabular search, and what they are given."""
