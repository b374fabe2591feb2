"""Pools that are wrong, one way each.  What must catch them is in their `CAUGHT`."""
