"""A study's history as matrices, and the models that samplers fit to it: surrogates and policies."""
