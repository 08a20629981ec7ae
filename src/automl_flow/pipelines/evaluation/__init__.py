"""Combine the model, evaluate it on rows that no search has seen, and write the report."""
