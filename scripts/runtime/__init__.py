"""What an emitted client holds beside what the generator writes: modules that are copied into it as they stand.

They import one another by relative names, and besides the standard library nothing but httpx and attrs. `about.py` is a
stand-in with which they can be checked here; each client has its own, with what its contract says.
"""
