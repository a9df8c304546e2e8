//! First lines, long and short, and the scripts of entry points.

use std::path::Path;

use super::{entry_point_script, shebang, with_shebang};
use crate::manifest::Command;

#[test]
fn first_lines_that_no_system_takes_go_through_the_shell() {
    assert_eq!(shebang(Path::new("/env/bin/python")), "#!/env/bin/python\n");
    assert_eq!(
        shebang(Path::new("/my env/it's/bin/python")),
        "#!/bin/sh\n'''exec' '/my env/it'\\''s/bin/python' \"$0\" \"$@\"\n' '''\n"
    );
    let at_limit = format!("/{}", "a".repeat(123));
    assert_eq!(shebang(Path::new(&at_limit)), format!("#!{at_limit}\n"));
    let long = format!("/{}", "a".repeat(124));
    assert!(shebang(Path::new(&long)).starts_with("#!/bin/sh\n"));
}

#[test]
fn scripts_of_entry_points_import_the_first_name() {
    let command = Command {
        is_gui: false,
        name: "demo".to_owned(),
        module: "demo.cli".to_owned(),
        object: "Main.run".to_owned(),
    };
    insta::assert_snapshot!(entry_point_script("#!/env/bin/python\n", &command), @r#"
    #!/env/bin/python
    import sys

    from demo.cli import Main

    if __name__ == "__main__":
        sys.exit(Main.run())
    "#);
}

#[test]
fn only_the_first_line_of_python_scripts_is_replaced() {
    let shebang = "#!/p\n";
    let cases: [(&[u8], Option<&[u8]>); 6] = [
        (b"#!python\nprint(1)\n", Some(b"#!/p\nprint(1)\n")),
        (b"#!pythonw\r\nprint(1)\r\n", Some(b"#!/p\nprint(1)\r\n")),
        (b"#!python -E\n\xff\xfe", Some(b"#!/p\n\xff\xfe")),
        (b"#!python", Some(b"#!/p\n")),
        (b"#!/bin/sh\n#!python\n", None),
        (b"", None),
    ];
    for (script, expected) in cases {
        assert_eq!(with_shebang(script, shebang).as_deref(), expected);
    }
}
