"""Kedro datasets for our artifacts: atomic writes, equal bytes for equal content, no pickles."""
