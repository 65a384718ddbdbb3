"""Servers of other makes, to judge by the suite."""
