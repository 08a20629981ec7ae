"""Fitting candidates on folds and on all rows."""
