"""gongkai: annual reports on government information disclosure, read, checked and put into a workbook."""
