"""Live Excel through xlwings: ribbon commands and worksheet functions."""
