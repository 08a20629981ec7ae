"""Predict new rows with the saved model."""
