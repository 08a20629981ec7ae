"""Drawings and tables of networks, from the record of what they execute."""
