"""Excel in memory: xlwings' engine, cells, our macros in it, the template as a live book, the
ranges Excel delivers.
"""
