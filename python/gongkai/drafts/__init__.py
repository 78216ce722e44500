"""What a body has -> a report begun: its register of applications (台账) -> 表三.

register: the register's heads and names, and a blank one; ledger: its rows -> figures, each with
the rows that it counts, and what could not be counted.
"""
