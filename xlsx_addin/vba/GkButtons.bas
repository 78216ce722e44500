Attribute VB_Name = "GkButtons"
Option Explicit

' The commands as macros without arguments: for the buttons on the sheets and for the list of macros.

' Made by xlsx_addin/macros.py.
{macros}
#If Mac Then
Public Sub GkContinue()
    ' Excel's timer calls this while Python works on a Mac.
    GkComeBack
End Sub
#End If
