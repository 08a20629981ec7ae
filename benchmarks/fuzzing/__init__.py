"""Inputs of unknown origin, by the thousand: what is read is changed at random, and what happens is counted."""
