# Dot-source this file in PowerShell: `. bin/activate.ps1`. Then `deactivate` undoes it.

function global:deactivate([switch] $NonDestructive) {
    if (Test-Path Variable:Global:_OldVirtualPath) {
        $Env:PATH = $Global:_OldVirtualPath
        Remove-Variable -Name _OldVirtualPath -Scope Global
    }
    if (Test-Path Variable:Global:_OldVirtualPythonHome) {
        $Env:PYTHONHOME = $Global:_OldVirtualPythonHome
        Remove-Variable -Name _OldVirtualPythonHome -Scope Global
    }
    if (Test-Path Variable:Global:_OldVirtualPkgConfigPath) {
        # A variable that is set to nothing is gone.
        $Env:PKG_CONFIG_PATH = $Global:_OldVirtualPkgConfigPath
        Remove-Variable -Name _OldVirtualPkgConfigPath -Scope Global
    }
    if (Test-Path Function:Global:_OldVirtualPrompt) {
        Set-Item Function:Global:prompt $Function:_OldVirtualPrompt
        Remove-Item Function:Global:_OldVirtualPrompt
    }
    Remove-Item Env:VIRTUAL_ENV -ErrorAction SilentlyContinue
    Remove-Item Env:VIRTUAL_ENV_PROMPT -ErrorAction SilentlyContinue
    if (!$NonDestructive) {
        Remove-Item Function:Global:deactivate
        Remove-Item Function:Global:pydoc
    }
}

# Leave an environment that is active already.
deactivate -NonDestructive

$Env:VIRTUAL_ENV = Split-Path -Parent $PSScriptRoot
$Env:VIRTUAL_ENV_PROMPT = @PROMPT@

$Global:_OldVirtualPath = $Env:PATH
$Env:PATH = (Join-Path $Env:VIRTUAL_ENV @SCRIPTS@) + [IO.Path]::PathSeparator + $Env:PATH

if (Test-Path Env:PYTHONHOME) {
    $Global:_OldVirtualPythonHome = $Env:PYTHONHOME
    Remove-Item Env:PYTHONHOME
}

$Global:_OldVirtualPkgConfigPath = $Env:PKG_CONFIG_PATH
$Env:PKG_CONFIG_PATH = (Join-Path (Join-Path $Env:VIRTUAL_ENV 'lib') 'pkgconfig')
if ($Global:_OldVirtualPkgConfigPath) {
    $Env:PKG_CONFIG_PATH += [IO.Path]::PathSeparator + $Global:_OldVirtualPkgConfigPath
}

function global:pydoc {
    python -m pydoc $args
}

if (!$Env:VIRTUAL_ENV_DISABLE_PROMPT) {
    Set-Item Function:Global:_OldVirtualPrompt $Function:prompt
    function global:prompt {
        Write-Host -NoNewline "($Env:VIRTUAL_ENV_PROMPT) "
        _OldVirtualPrompt
    }
}
