"""Model folders: manifests with hashes, tensors and scikit-learn objects; nothing executable is restored."""
