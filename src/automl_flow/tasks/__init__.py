"""Tasks: specification, readers, target, column profile, metrics and splits."""
