"""What both sides know: messages, pickles, and the memory that they share.

Imports nothing of the other packages.
"""
