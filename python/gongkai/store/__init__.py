"""Results on disk: what came of each source, and each figure with what is known of it.

``open_store(folder)`` is the one writer, ``read_store(folder)`` a reader beside it. What both hand
out and take are StoredReports: all that is known of a source without its document.
"""

from gongkai.store.encoding import Encoded, checked, encoded
from gongkai.store.reading import (
    Kept,
    Store,
    read_store,
    store_at,
    stored_digest,
    stored_records,
    stored_rows,
)
from gongkai.store.records import StoredFigure, StoredReport, report_to_record, row_to_record
from gongkai.store.schema import NAME, StoreError, is_store
from gongkai.store.writing import MOST_PENDING, StoreWriter, host_of, open_store

__all__ = [
    "MOST_PENDING",
    "NAME",
    "Encoded",
    "Kept",
    "Store",
    "StoreError",
    "StoreWriter",
    "StoredFigure",
    "StoredReport",
    "checked",
    "encoded",
    "host_of",
    "is_store",
    "open_store",
    "read_store",
    "report_to_record",
    "row_to_record",
    "store_at",
    "stored_digest",
    "stored_records",
    "stored_rows",
]
