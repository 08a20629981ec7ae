"""scikit-learn transformers that steps are built from, where scikit-learn itself has none that fits."""
