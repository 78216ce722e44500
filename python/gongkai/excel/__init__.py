"""A live workbook through xlwings -> what ribbon commands and worksheet functions make of it."""
