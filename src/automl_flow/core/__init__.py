"""What every room stands on: errors, configuration, seeds, registries, files, artifacts, progress."""
