"""Reads across parties, items, periods and answers."""
