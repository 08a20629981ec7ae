"""Kedro datasets for our artifacts: written atomically, the same content is the same bytes, and nothing is a pickle."""
