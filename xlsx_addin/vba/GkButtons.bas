Attribute VB_Name = "GkButtons"
Option Explicit

' The commands as macros without arguments: for the buttons on the sheets and for the list of macros.

Public Sub GkImportUrl()
    GkStart "import_url", ""
End Sub

Public Sub GkImportFile()
    GkStart "import_file", ""
End Sub

Public Sub GkBatchImport()
    GkStart "batch", ""
End Sub

Public Sub GkCheck()
    GkStart "check", ""
End Sub

Public Sub GkNextProblem()
    GkStart "next_problem", ""
End Sub

Public Sub GkAdopt()
    GkStart "adopt", ""
End Sub

Public Sub GkNumbers()
    GkStart "numbers", ""
End Sub

Public Sub GkFillBlanks()
    GkStart "fill_blanks", ""
End Sub

Public Sub GkFillAllBlanks()
    GkStart "fill_all_blanks", ""
End Sub

Public Sub GkFillSigns()
    GkStart "fill_signs", ""
End Sub

Public Sub GkUndoBlanks()
    GkStart "undo_blanks", ""
End Sub

Public Sub GkRestore()
    GkStart "restore", ""
End Sub

Public Sub GkProtect()
    GkStart "protect", ""
End Sub

Public Sub GkClearMarks()
    GkStart "clear_marks", ""
End Sub

Public Sub GkSummary()
    GkStart "summary", ""
End Sub

Public Sub GkExportCsv()
    GkStart "export_csv", ""
End Sub

Public Sub GkExportJson()
    GkStart "export_json", ""
End Sub

Public Sub GkSaveReport()
    GkStart "save_report", ""
End Sub

Public Sub GkPrintLanes()
    GkStart "print_lanes", ""
End Sub

Public Sub GkAllowFetch()
    GkStart "allow_fetch", ""
End Sub

Public Sub GkRules()
    GkStart "rules", ""
End Sub

Public Sub GkManual()
    GkStart "manual", ""
End Sub

Public Sub GkAbout()
    GkStart "about", ""
End Sub

#If Mac Then
Public Sub GkContinue()
    ' Excel's timer calls this while Python works on a Mac.
    GkComeBack
End Sub
#End If
