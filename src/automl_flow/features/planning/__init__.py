"""Planning of features: every proposal is evaluated out of fold, and kept if it helps."""
