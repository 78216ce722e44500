Attribute VB_Name = "GkRibbon"
Option Explicit

Private gkUrl As String
Private gkDescribed As Boolean

Public Sub GkOnLoad(ribbon As IRibbonUI)
    GkDescribeFunctions
End Sub

Public Sub GkAction(control As IRibbonControl)
    GkStart control.Tag, IIf(control.Tag = "import_url", gkUrl, "")
End Sub

Public Sub GkUrlChanged(control As IRibbonControl, text As String)
    gkUrl = Trim$(text)
End Sub

Public Sub GkUrlText(control As IRibbonControl, ByRef returnedVal)
    ' The tab is being drawn: by now a workbook is open, without which functions cannot be described.
    GkDescribeFunctions
    returnedVal = gkUrl
End Sub

Public Sub GkTabVisible(control As IRibbonControl, ByRef returnedVal)
    ' The workbook's tab; the add-in has the same one, and its tab is there already.
    Dim addin As Workbook
    On Error Resume Next
    Set addin = Workbooks("gongkai.xlam")
    returnedVal = addin Is Nothing
End Sub

Private Sub GkDescribeFunctions()
    ' What the function wizard says. It must never disturb: not by an error, nor by a question to save on closing.
    Dim entry As Variant
    Dim parts() As String
    Dim wasSaved As Boolean
    If gkDescribed Then Exit Sub
    On Error Resume Next
    wasSaved = ThisWorkbook.Saved
    For Each entry In Split(GK_FUNCTIONS, " ")
        parts = Split(entry, ":")
        GkDescribe parts(0), CLng(parts(1))
    Next entry
    gkDescribed = Err.Number = 0
    ThisWorkbook.Saved = wasSaved
End Sub

Private Sub GkDescribe(ByVal name As String, ByVal count As Long)
    Dim key As String
    Dim macro As String
    Dim at As Long
    Dim texts() As String
    key = LCase$(name)
    macro = GkMacro(name)
    If count = 0 Then
        Application.MacroOptions Macro:=macro, Description:=GkSay(key), Category:=GkSay("category")
        Exit Sub
    End If
    ReDim texts(1 To count)
    For at = 1 To count
        texts(at) = GkSay(key & "_" & at)
    Next at
    Application.MacroOptions Macro:=macro, Description:=GkSay(key), Category:=GkSay("category"), _
        ArgumentDescriptions:=texts
End Sub
