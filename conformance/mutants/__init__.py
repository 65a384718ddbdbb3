"""Servers and clients with one fault each, for the suite to notice."""
