Attribute VB_Name = "GkSeam"
Option Explicit
Option Private Module

' The one seam to Python: a question goes out and an outcome comes back through named cells of the report workbook.
' Python source never holds anything that a user typed.

Private Const RUN_PYTHON As String = "xlwings.xlam!RunPython"
Private Const START_PYTHON As String = "xlwings.xlam!XLPy"
' Made by xlsx_addin/macros.py.
Private Const TASKS As String = "{tasks}"
Private Const LONGEST_ARGUMENT As Long = 32000
Private Const LONGEST_REASON As Long = 200
Private Const SETTINGS_NAME As String = "xlwings.conf"
Private Const ERROR_STOPPED As Long = 18
Private Const ERROR_EXCEL As Long = 1004

Private gkBook As Workbook
Private gkTask As String
#If Mac Then
Private Const LONGEST_WAIT As Double = 300 / 86400
Private gkDeadline As Double
#End If

' --- a command ----------------------------------------------------------------------------------------------------

Public Sub GkStart(ByVal task As String, ByVal argument As String)
    Dim book As Workbook
    On Error GoTo failed
    If InStr(TASKS, " " & task & " ") = 0 Then Exit Sub
    If Not gkBook Is Nothing Then
        If GkShow(GkSay("busy"), vbYesNo + vbQuestion) = vbYes Then GkEnd
        Exit Sub
    End If
    If Len(argument) > LONGEST_ARGUMENT Then
        GkShow GkSay("too_long"), vbExclamation
        Exit Sub
    End If
    gkTask = task
    Set book = GkReport()
    If book Is Nothing Then Exit Sub
    If Not GkIsSafe(book, True) Then
        GkFail "unsafe"
        Exit Sub
    End If
    If InStr(book.Name, "=") > 0 Then
        ' xlwings cuts the name off there.
        GkFail "odd_name"
        Exit Sub
    End If
    If task = "import_file" Or task = "compare" Then
        argument = GkOpenPath()
        If Len(argument) = 0 Then Exit Sub
    End If
    Set gkBook = book
    If GkAsked(argument) Then
        GkWork
    Else
        GkFail "protected"
    End If
    Exit Sub
failed:
    GkBreak Err.Number, Err.Description
End Sub

Private Sub GkWork()
    ' Runs the command until it is over; on a Mac Python comes back later, for it cannot reach Excel before.
    Do
        If VarType(Application.StatusBar) = vbBoolean Then Application.StatusBar = GkSay("running")
        gkBook.Activate
        GkPut "gk_outcome", ""
        GkPut "gk_text", ""
        Application.EnableCancelKey = xlErrorHandler
        Application.Run RUN_PYTHON, "import gongkai.excel.commands as c; c.run('" & gkTask & "')"
#If Mac Then
        gkDeadline = Now + LONGEST_WAIT
        GkWait
        Exit Sub
#End If
    Loop While GkAgain()
    GkEnd
End Sub

Private Function GkAgain() As Boolean
    ' Does what the outcome asks for; whether to run the command again.
    Dim said As String
    Dim answer As String
    If gkBook Is Nothing Then Exit Function
    said = GkGet("gk_text")
    Select Case GkGet("gk_outcome")
        Case "done"
            GkEnd
            If Len(said) > 0 Then GkShow said, vbInformation
        Case "error"
            GkFailWith said
        Case "ask"
            If GkShow(said, vbYesNo + vbQuestion) = vbYes Then answer = "yes"
        Case "save"
            answer = GkSavePath(said)
        Case "folder"
            answer = GkFolder(said)
        Case "more"
            If Len(said) > 0 Then Application.StatusBar = said
            DoEvents
            GkAgain = Not gkBook Is Nothing
        Case Else
            GkFail "no_python"
    End Select
    If Len(answer) > 0 Then
        GkPut "gk_answer", answer
        GkAgain = True
    End If
End Function

Private Sub GkEnd()
    Set gkBook = Nothing
    Application.StatusBar = False
    Application.EnableCancelKey = xlInterrupt
    Application.ScreenUpdating = True
End Sub

Private Sub GkBreak(ByVal number As Long, ByVal reason As String)
    ' An error in these macros, in xlwings or in Excel.
    If number = ERROR_STOPPED Then
        GkEnd
        GkShow GkSay("stopped"), vbInformation
    ElseIf number = ERROR_EXCEL And Len(GkXlwings()) = 0 Then
        GkFail IIf(Application.UserControl, "no_xlwings", "automation")
    Else
        GkFailWith GkSay("python_error") & GkLastLine(reason)
    End If
End Sub

Private Sub GkFail(ByVal key As String)
    GkFailWith GkSay(key)
End Sub

Private Sub GkFailWith(ByVal text As String)
    ' What is known without Python goes with a failure of the diagnosis.
    GkEnd
    If gkTask = "about" Then text = text & vbLf & vbLf & GkFacts()
    GkShow text, vbExclamation
End Sub

#If Mac Then
Private Sub GkWait()
    Application.OnTime Now + TimeSerial(0, 0, 1), GkMacro("GkContinue")
End Sub

Public Sub GkComeBack()
    On Error GoTo failed
    If gkBook Is Nothing Then Exit Sub
    If Len(GkGet("gk_outcome")) = 0 And Now < gkDeadline Then
        GkWait
    ElseIf GkAgain() Then
        GkWork
    Else
        GkEnd
    End If
    Exit Sub
failed:
    GkBreak Err.Number, Err.Description
End Sub
#End If

' --- the report workbook ------------------------------------------------------------------------------------------

Private Function GkReport() As Workbook
    ' The active workbook if it is a report, else a new one if the user wants it, else Nothing.
    Dim problem As String
    If ActiveWorkbook Is Nothing Then
        problem = "no_workbook"
    ElseIf GkIsReport(ActiveWorkbook) Then
        Set GkReport = ActiveWorkbook
        Exit Function
    Else
        problem = "not_report"
    End If
    If gkTask = "about" Then
        GkShow GkFacts() & vbLf & vbLf & GkSay("facts_only"), vbInformation
    ElseIf GkShow(GkSay(problem), vbYesNo + vbQuestion) = vbYes Then
        Set GkReport = GkNewReport()
    End If
End Function

Private Function GkIsReport(ByVal book As Workbook) As Boolean
    Dim cell As Range
    On Error Resume Next
    Set cell = book.Names("gk_outcome").RefersToRange
    GkIsReport = Not cell Is Nothing
End Function

Private Function GkIsSafe(ByVal book As Workbook, ByVal ours As Boolean) As Boolean
    ' A workbook, or a file beside it, can tell xlwings which program to start. Only our template's settings may pass,
    ' or none in a workbook that is not ours: a stranger's would start the stranger's program.
    Dim page As Worksheet
    Dim settings As Worksheet
    On Error GoTo failed
    For Each page In book.Worksheets
        If LCase$(Right$(page.Name, 3)) = ".py" Then Exit Function
        If LCase$(page.Name) = SETTINGS_NAME Then Set settings = page
    Next page
    If Not settings Is Nothing Then
        If UCase$(CStr(settings.Range("A1").Value)) <> "ADD_WORKBOOK_TO_PYTHONPATH" Then Exit Function
        If LCase$(CStr(settings.Range("B1").Value)) <> "false" Then Exit Function
        If Len(CStr(settings.Range("A2").Value)) > 0 Then Exit Function
    ElseIf ours Then
        Exit Function
    End If
    If Len(book.Path) > 0 And InStr(book.Path, "://") = 0 Then
        If GkExists(book.Path & Application.PathSeparator & SETTINGS_NAME) Then Exit Function
    End If
    GkIsSafe = True
failed:
End Function

Private Function GkExists(ByVal path As String) As Boolean
    ' As xlwings looks for a file: hidden ones count.
    Dim attributes As Long
    On Error Resume Next
    attributes = GetAttr(path)
    GkExists = Err.Number = 0
End Function

Private Function GkNewReport() As Workbook
    On Error GoTo failed
    Set GkNewReport = Workbooks.Add(GkTemplate())
    Exit Function
failed:
    GkFail "no_template"
End Function

Private Function GkTemplate() As String
    ' Beside the add-in, in a folder of its own: Excel opens every file that lies in its start folder.
    Dim slash As String
    slash = Application.PathSeparator
    GkTemplate = ThisWorkbook.Path & slash & "gongkai" & slash & "workbook_template.xlsm"
End Function

Private Function GkAsked(ByVal argument As String) As Boolean
    On Error GoTo failed
    GkPut "gk_argument", argument
    GkPut "gk_answer", ""
    GkAsked = True
failed:
End Function

Private Sub GkPut(ByVal name As String, ByVal text As String)
    ' The apostrophe keeps a text what it is, whatever it begins with.
    With gkBook.Names(name).RefersToRange
        If Len(text) = 0 Then
            .ClearContents
        Else
            .Value = "'" & text
        End If
    End With
End Sub

Private Function GkGet(ByVal name As String) As String
    GkGet = CStr(gkBook.Names(name).RefersToRange.Value)
End Function

' --- the user -----------------------------------------------------------------------------------------------------

Public Function GkMacro(ByVal name As String) As String
    GkMacro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & name
End Function

Public Function GkSay(ByVal key As String) As String
    On Error Resume Next
    GkSay = CStr(ThisWorkbook.Names("gk_say_" & key).RefersToRange.Value)
    If Len(GkSay) = 0 Then GkSay = "gongkai: " & key
End Function

Private Function GkShow(ByVal text As String, ByVal buttons As Long) As Long
    ' A message box knows the characters of the system's code page only; the signs have likenesses there.
    Dim signs As String
    signs = GkSay("signs")
    If Len(signs) = 4 Then
        text = Replace(text, Mid$(signs, 1, 1), Mid$(signs, 2, 1))
        text = Replace(text, Mid$(signs, 3, 1), Mid$(signs, 4, 1))
    End If
    GkShow = MsgBox(text, buttons, GkSay("title"))
End Function

Private Function GkOpenPath() As String
    Dim chosen As Variant
#If Mac Then
    chosen = Application.GetOpenFilename()
#Else
    chosen = Application.GetOpenFilename(FileFilter:=GkSay("file_filter"), Title:=GkSay("choose_file"))
#End If
    If VarType(chosen) = vbString Then GkOpenPath = chosen
End Function

Private Function GkSavePath(ByVal suggested As String) As String
    Dim chosen As Variant
#If Mac Then
    chosen = Application.GetSaveAsFilename(InitialFileName:=suggested)
#Else
    Dim key As String
    Select Case LCase$(Mid$(suggested, InStrRev(suggested, ".") + 1))
{saving}
        Case Else: key = "save_any"
    End Select
    chosen = Application.GetSaveAsFilename(InitialFileName:=suggested, FileFilter:=GkSay(key), Title:=GkSay("save_as"))
#End If
    If VarType(chosen) = vbString Then GkSavePath = chosen
End Function

Private Function GkFolder(ByVal prompt As String) As String
    ' Where there is no folder picker (some versions for the Mac), the user types the path.
    Dim typed As Variant
    On Error GoTo failed
    With Application.FileDialog(msoFileDialogFolderPicker)
        .Title = prompt
        .AllowMultiSelect = False
        If .Show = -1 Then GkFolder = .SelectedItems(1)
    End With
    Exit Function
failed:
    typed = Application.InputBox(Prompt:=prompt, Title:=GkSay("title"), Type:=2)
    If VarType(typed) = vbString Then GkFolder = typed
End Function

Private Function GkFacts() As String
    Dim text As String
    Dim xlwings As String
    xlwings = GkXlwings()
    If Len(xlwings) = 0 Then xlwings = GkSay("not_loaded")
    text = Replace(GkSay("facts"), "{version}", GK_ADDIN_VERSION())
    text = Replace(text, "{file}", ThisWorkbook.FullName)
    text = Replace(text, "{excel}", Application.Version)
    text = Replace(text, "{system}", Application.OperatingSystem)
    GkFacts = Replace(text, "{xlwings}", xlwings)
End Function

Private Function GkXlwings() As String
    ' Where the add-in of xlwings lies, "" when it is not loaded.
    On Error Resume Next
    GkXlwings = Workbooks("xlwings.xlam").FullName
End Function

Private Function GkLastLine(ByVal text As String) As String
    ' Of a traceback only its last line is for a user.
    Dim lines() As String
    Dim at As Long
    lines = Split(Replace(text, vbCr, vbLf), vbLf)
    For at = UBound(lines) To 0 Step -1
        If Len(Trim$(lines(at))) > 0 Then
            GkLastLine = Left$(Trim$(lines(at)), LONGEST_REASON)
            Exit Function
        End If
    Next at
End Function

' --- worksheet functions ------------------------------------------------------------------------------------------

Public Function GkCall(ByVal name As String, ByVal values As Variant) As Variant
    ' A worksheet function's answer from Python, or a sentence.
#If Mac Then
    GkCall = GkSay("mac_functions")
#Else
    Dim python As Object
    Dim book As Workbook
    Dim number As Long
    Dim reason As String
    On Error GoTo failed
    If TypeName(Application.Caller) <> "Range" Then
        GkCall = GkSay("function_cell")
        Exit Function
    End If
    Set book = ActiveWorkbook
    If book Is Nothing Then Set book = ThisWorkbook
    If Not GkIsSafe(book, False) Then
        GkCall = GkSay("unsafe")
        Exit Function
    End If
    Set python = Application.Run(START_PYTHON)
    GkCall = python.CallUDF("gongkai.excel.functions", name, (values), book, Application.Caller)
    Exit Function
failed:
    reason = Err.Description
    number = Err.Number
    If python Is Nothing And number = ERROR_EXCEL Then
        GkCall = GkSay("function_no_xlwings")
    Else
        GkCall = GkSay("function_error") & GkLastLine(reason)
    End If
#End If
End Function
