"""Ensembles: choosing and weighting candidates by their out-of-fold predictions, and the model that results."""
