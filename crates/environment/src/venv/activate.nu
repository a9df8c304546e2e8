# Use this file in Nushell: `overlay use bin/activate.nu`. Then `deactivate` undoes it.

export-env {
    let root = @ROOT@
    let prompt = @PROMPT@
    # Windows calls it `Path`.
    let name = (if "Path" in $env { "Path" } else { "PATH" })
    let before = ($env | get $name)
    let before = (if ($before | describe) == "string" { $before | split row (char esep) } else { $before })
    let after = ($before | prepend ([$root @SCRIPTS@] | path join))
    load-env { VIRTUAL_ENV: $root, VIRTUAL_ENV_PROMPT: $prompt }
    load-env ({} | insert $name $after)
    let libraries = ([$root "lib" "pkgconfig"] | path join)
    let before = (if "PKG_CONFIG_PATH" in $env { [$env.PKG_CONFIG_PATH] } else { [] })
    load-env { PKG_CONFIG_PATH: ($before | prepend $libraries | str join (char esep)) }
    if not ("VIRTUAL_ENV_DISABLE_PROMPT" in $env) {
        let old = ($env | get --ignore-errors PROMPT_COMMAND)
        load-env { PROMPT_COMMAND: {||
            let rest = (if ($old | describe) == "closure" { do $old } else { $old })
            $"\(($prompt)\) ($rest)"
        } }
    }
}

export alias pydoc = python -m pydoc
export alias deactivate = overlay hide activate
