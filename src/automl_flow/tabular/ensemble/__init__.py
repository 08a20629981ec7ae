"""Choosing, fitting, saving and loading ensembles."""
