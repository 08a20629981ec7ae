"""The search engine: budgets, journals, trials and studies; tables and networks are searched by it."""
