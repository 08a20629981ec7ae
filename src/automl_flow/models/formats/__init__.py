"""Stored models, read and checked in Python before a library that trusts its files sees them."""
