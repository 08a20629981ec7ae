"""Networks that were found: prediction, storage, costs, export."""
