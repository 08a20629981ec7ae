"""What is to be learned from what: task specification, reading data, target, profile, metrics and splits."""
