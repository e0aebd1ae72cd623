; The Windows installer: built from Linux by makensis, not executed by us (docs/operator/install.md says so).
; TREE: a one-folder program that PyInstaller made on Windows, with VERSION and MANIFEST. VERSION: its version.
; As on Linux each version lies in a folder of its own and one pointer (a directory junction) names the one in use;
; a version takes over only after its own self-test, and the one before stays.
Unicode true
ManifestDPIAware true
RequestExecutionLevel admin
SetCompressor /SOLID lzma
Name "まほろば ${VERSION}"
OutFile "${OUT}"
InstallDir "$PROGRAMFILES64\Mahoroba"
BrandingText "Mahoroba"
ShowInstDetails show
LoadLanguageFile "${NSISDIR}\Contrib\Language files\Japanese.nlf"
LoadLanguageFile "${NSISDIR}\Contrib\Language files\English.nlf"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=1041 "ProductName" "まほろば"
VIAddVersionKey /LANG=1041 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1041 "FileDescription" "まほろば"
VIAddVersionKey /LANG=1041 "LegalCopyright" "MIT"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Mahoroba"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Section
    SetRegView 64
    SetShellVarContext all
    SetOutPath "$INSTDIR\versions\${VERSION}"
    File /r "${TREE}/*"
    CreateDirectory "$APPDATA\Mahoroba" ; for the policy, which an administrator writes
    DetailPrint "自己診断 / self-test"
    nsExec::ExecToLog '"$INSTDIR\versions\${VERSION}\mahoroba.exe" self-test --of-version'
    Pop $0
    StrCmp $0 0 passed
    DetailPrint "自己診断に通りません。前の版のままです / self-test failed; the version before stays in use"
    SetErrorLevel 2
    Abort
passed:
    RMDir "$INSTDIR\previous"
    IfFileExists "$INSTDIR\current\*.*" 0 point
    Rename "$INSTDIR\current" "$INSTDIR\previous"
point:
    nsExec::ExecToLog 'cmd /c mklink /J "$INSTDIR\current" "$INSTDIR\versions\${VERSION}"'
    CreateShortcut "$SMPROGRAMS\まほろば.lnk" "$INSTDIR\current\mahoroba.exe" "run"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    WriteRegStr HKLM "${KEY}" "DisplayName" "まほろば"
    WriteRegStr HKLM "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKLM "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKLM "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
SectionEnd

Section "Uninstall"
    SetRegView 64
    SetShellVarContext all
    Delete "$SMPROGRAMS\まほろば.lnk"
    ; A junction is removed as an empty folder: what it leads to is not followed.
    RMDir "$INSTDIR\current"
    RMDir "$INSTDIR\previous"
    RMDir /r "$INSTDIR\versions"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    DeleteRegKey HKLM "${KEY}"
    ; The policy in ProgramData stays: it is the administrator's.
SectionEnd
