"""Running one trial under limits that hold by killing."""
