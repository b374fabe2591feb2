"""Pools that are odd and right: nothing may be raised against them."""
