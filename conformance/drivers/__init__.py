"""Bring subjects to speak: each driver makes exchanges or calls and hands them to a judge."""
