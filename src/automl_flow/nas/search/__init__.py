"""The architecture search: trials, rungs, constraints and the final training."""
