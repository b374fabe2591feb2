"""What is done to pools on purpose: one file a fault, named by what and when.

Workers import the files whose classes and functions travel, so those import nothing that is slow,
and from the standard library only: their source is copied into stand-alone scripts.
"""
