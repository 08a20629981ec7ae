"""Transformers that the steps are made of: scikit-learn transformers for what scikit-learn and its peers lack."""
