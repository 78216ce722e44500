"""Results on disk: what came of each source, and each figure with what is known of it."""

from gongkai.store.records import StoredFigure, StoredReport, report_to_record, row_to_record

__all__ = ["StoredFigure", "StoredReport", "report_to_record", "row_to_record"]
