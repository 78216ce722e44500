"""The stated sums (勾稽关系) of a table, some figures blank -> what they imply, and what is likely wrong."""
