"""Judges servers and clients of the transactional SMS API against one contract."""
