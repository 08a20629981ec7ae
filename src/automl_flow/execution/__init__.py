"""Running jobs under time and memory limits, enforced by killing processes."""
