//! Quoting of hostile names, and scripts for shells that a test cannot start.

use super::{
    Values, all, quote_batch, quote_csh, quote_double, quote_fish, quote_powershell, quote_sh,
};

#[test]
fn quotes_for_each_shell() {
    let text = r"a'b\c!$(x)`";
    assert_eq!(quote_sh(text), r"'a'\''b\c!$(x)`'");
    assert_eq!(quote_csh(text), r"'a'\''b\c'\!'$(x)`'");
    assert_eq!(quote_fish(text), r"'a\'b\\c!$(x)`'");
    assert_eq!(quote_powershell(text), r"'a''b\c!$(x)`'");
    assert_eq!(quote_powershell("a\u{2019}b"), "'a\u{2019}\u{2019}b'");
    assert_eq!(quote_double(r#"a"b\c"#), r#""a\"b\\c""#);
    assert_eq!(quote_batch(r#"50%"&x"#), "50%%&x");
}

fn script(name: &str, relocatable: bool) -> String {
    let libraries = ["lib/python3.12/site-packages".to_owned()];
    let values = Values {
        root: "/a/@PROMPT@",
        prompt: "p\n@ROOT@",
        libraries: &libraries,
        relocatable,
    };
    let mut scripts = all(&values);
    let (_, text) = scripts.find(|(found, _)| *found == name).unwrap();
    text
}

#[test]
fn no_placeholder_is_left_and_values_are_not_filled_again() {
    for name in [
        "activate",
        "activate.fish",
        "activate.csh",
        "activate.nu",
        "activate.ps1",
        "activate.bat",
        "activate_this.py",
    ] {
        let text = script(name, false);
        assert!(text.contains("p @ROOT@"), "{name}");
        assert!(
            !text.contains("@SCRIPTS@") && !text.contains("@LIBRARIES@"),
            "{name}"
        );
        let finds_itself = matches!(name, "activate.ps1" | "activate.bat" | "activate_this.py");
        assert_eq!(text.contains("/a/@PROMPT@"), !finds_itself, "{name}");
    }
    let libraries = "for folder in [\"lib/python3.12/site-packages\"]:";
    assert!(script("activate_this.py", false).contains(libraries));
}

#[test]
fn cmd_gets_its_line_ends() {
    for name in ["activate.bat", "deactivate.bat"] {
        let text = script(name, false);
        assert!(text.lines().count() > 3, "{name}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }
    assert!(!script("activate", false).contains('\r'));
}

#[test]
fn a_relocatable_environment_is_looked_for_where_the_script_lies() {
    assert!(script("activate", false).contains("\nVIRTUAL_ENV='/a/@PROMPT@'\n"));
    assert!(script("activate", true).contains("BASH_SOURCE"));
    assert!(script("activate.fish", true).contains("VIRTUAL_ENV (realpath "));
}
