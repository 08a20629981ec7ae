"""Plan which features are worth making; they are made inside every fold."""
