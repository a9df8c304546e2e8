# Source this file in sh, bash, zsh or ksh: `. bin/activate`. Then `deactivate` undoes it.

if [ -n "${BASH_SOURCE-}" ] && [ "${BASH_SOURCE-}" = "$0" ]; then
    echo "You must source this script: \$ source $0" >&2
    exit 33
fi

deactivate () {
    if [ -n "${_OLD_VIRTUAL_PATH+set}" ]; then
        PATH="$_OLD_VIRTUAL_PATH"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PYTHONHOME+set}" ]; then
        PYTHONHOME="$_OLD_VIRTUAL_PYTHONHOME"
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "${_OLD_VIRTUAL_PKG_CONFIG_PATH+set}" ]; then
        # Empty when the variable was not set, else its value behind a mark.
        if [ -n "$_OLD_VIRTUAL_PKG_CONFIG_PATH" ]; then
            PKG_CONFIG_PATH="${_OLD_VIRTUAL_PKG_CONFIG_PATH#=}"
            export PKG_CONFIG_PATH
        else
            unset PKG_CONFIG_PATH
        fi
        unset _OLD_VIRTUAL_PKG_CONFIG_PATH
    fi
    if [ -n "${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1="$_OLD_VIRTUAL_PS1"
        unset _OLD_VIRTUAL_PS1
    fi
    # Forget where programs were found before.
    hash -r 2>/dev/null || true
    unset VIRTUAL_ENV
    unset VIRTUAL_ENV_PROMPT
    if [ "${1-}" != nondestructive ]; then
        unset -f deactivate pydoc
    fi
}

# Leave an environment that is active already.
deactivate nondestructive

VIRTUAL_ENV=@ROOT@
# It was moved: it lies where this file does.
[ -d "$VIRTUAL_ENV" ] || VIRTUAL_ENV=@MOVED@
[ -n "$VIRTUAL_ENV" ] || VIRTUAL_ENV=@ROOT@
case "${OSTYPE-}" in
    # The shells of Cygwin and Git take no drive letters in PATH.
    cygwin* | msys*) VIRTUAL_ENV=$(cygpath -u "$VIRTUAL_ENV") ;;
esac
export VIRTUAL_ENV
VIRTUAL_ENV_PROMPT=@PROMPT@
export VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH="${PATH-}"
PATH="$VIRTUAL_ENV/"@SCRIPTS@"${PATH:+:$PATH}"
export PATH

if [ -n "${PYTHONHOME+set}" ]; then
    _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi

_OLD_VIRTUAL_PKG_CONFIG_PATH="${PKG_CONFIG_PATH+=$PKG_CONFIG_PATH}"
PKG_CONFIG_PATH="$VIRTUAL_ENV/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
export PKG_CONFIG_PATH

pydoc () {
    python -m pydoc "$@"
}

if [ -z "${VIRTUAL_ENV_DISABLE_PROMPT-}" ]; then
    _OLD_VIRTUAL_PS1="${PS1-}"
    # Shells run what looks like a command in PS1 each time they show it, so the name stands in it as
    # a variable. zsh does so only when it is told to, and takes `%` for its own.
    if [ -n "${ZSH_VERSION-}" ]; then
        if eval '[[ -o promptsubst ]]'; then
            PS1='(${VIRTUAL_ENV_PROMPT//\%/%%}) '"${PS1-}"
        else
            eval 'PS1="(${VIRTUAL_ENV_PROMPT//\%/%%}) ${PS1-}"'
        fi
    else
        PS1='($VIRTUAL_ENV_PROMPT) '"${PS1-}"
    fi
fi

hash -r 2>/dev/null || true
