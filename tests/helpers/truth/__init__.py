"""Consistent reports with faults in pairs, and the answers that a careful person could give for
each cell.
"""
