"""Servers on loopback: one that sends the exact bytes of a test, one that does what real sites
do.
"""
