@rem Call this file in a command prompt: `Scripts\activate.bat`. Then `deactivate` undoes it.
@if defined VIRTUAL_ENV @call "%~dp0deactivate.bat"

@for %%i in ("%~dp0..") do @set "VIRTUAL_ENV=%%~fi"
@set "VIRTUAL_ENV_PROMPT=@PROMPT@"

@set "_OLD_VIRTUAL_PATH=%PATH%"
@set "PATH=%VIRTUAL_ENV%\@SCRIPTS@;%PATH%"

@if defined PYTHONHOME @set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
@set PYTHONHOME=

@set "_OLD_VIRTUAL_PKG_CONFIG_PATH=%PKG_CONFIG_PATH%"
@set "PKG_CONFIG_PATH=%VIRTUAL_ENV%\lib\pkgconfig;%PKG_CONFIG_PATH%"

@if defined VIRTUAL_ENV_DISABLE_PROMPT @goto :EOF
@if not defined PROMPT @set "PROMPT=$P$G"
@set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
@set "PROMPT=(%VIRTUAL_ENV_PROMPT%) %PROMPT%"
