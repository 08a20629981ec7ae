"""One-shot strategies: search the relaxed choices of a space on shared weights."""
