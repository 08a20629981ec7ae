"""Parsers for stored models: files are checked in Python before a library that trusts them sees them."""
