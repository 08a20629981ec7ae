"""The search over models of tables, from suggestions to the ensemble."""
