"""The specification of a process pool, and the suite that holds any pool to it."""
