"""Running jobs under limits of time and memory that hold by killing."""
