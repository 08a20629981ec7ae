"""The scikit-learn façade over the library."""
