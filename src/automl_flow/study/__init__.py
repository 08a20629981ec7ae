"""The search engine shared by tabular and architecture search: budgets, journals, trials and studies."""
