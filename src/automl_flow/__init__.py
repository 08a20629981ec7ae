"""automl_flow."""
