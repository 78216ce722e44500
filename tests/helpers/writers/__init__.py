"""Reports -> files as people and programs write them: pages, PDFs, Word and Excel files, and ways
to break them.
"""
