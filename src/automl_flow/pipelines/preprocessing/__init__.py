"""Decide the split once, describe the columns, and propose how each is prepared. Nothing is fitted here."""
