"""Foundations: errors, configuration, seeds, registries, files, progress."""
