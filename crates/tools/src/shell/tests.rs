//! Which files shells read, and the line for them.

use super::*;

fn files(shell: Shell, there: &[&str]) -> Vec<String> {
    let homes = Homes {
        home: Path::new("/home/me"),
        zsh: None,
        configuration: Path::new("/home/me/.config"),
    };
    let is_there = |path: &Path| {
        there
            .iter()
            .any(|name| path == Path::new("/home/me").join(name))
    };
    let files = shell.start_files(homes, &is_there);
    let inside = files
        .iter()
        .map(|file| file.strip_prefix("/home/me").unwrap());
    inside.map(|file| file.display().to_string()).collect()
}

#[test]
fn start_files() {
    for (program, there, expected) in [
        ("/bin/bash", &[][..], &[".bashrc", ".profile"][..]),
        (
            "bash",
            &[".profile", ".bash_login"],
            &[".bashrc", ".bash_login"],
        ),
        ("-zsh", &[], &[".zshenv"]),
        ("fish", &[], &[".config/fish/conf.d/tilsit.fish"]),
        ("tcsh", &[], &[".cshrc"]),
        ("csh", &[".tcshrc"], &[".tcshrc"]),
        ("dash", &[], &[".profile"]),
    ] {
        let shell = Shell::of_program(Path::new(program)).unwrap();
        assert_eq!(files(shell, there), expected, "{program}");
    }
    assert_eq!(Shell::of_program(Path::new("/usr/bin/nologin")), None);
}

#[test]
fn zsh_has_a_folder_of_its_own() {
    let homes = Homes {
        home: Path::new("/home/me"),
        zsh: Some(Path::new("/home/me/zsh")),
        configuration: Path::new("/"),
    };
    assert_eq!(
        Shell::Zsh.start_files(homes, &|_| false),
        [Path::new("/home/me/zsh/.zshenv")]
    );
}

#[test]
fn the_line_is_written_once() {
    let line = Shell::Bash.line(Path::new("/home/o'me/bin"));
    assert_eq!(line, "export PATH='/home/o'\\''me/bin':\"$PATH\"");
    let text = with_line("alias ls=ls", &line).unwrap();
    assert_eq!(
        text,
        format!("alias ls=ls\n\n# Programs of tools (tilsit tool update-shell)\n{line}\n")
    );
    assert_eq!(with_line(&text, &line), None);
    assert_eq!(
        Shell::Fish.line(Path::new("/a b")),
        "fish_add_path -- '/a b'"
    );
    assert_eq!(
        Shell::Csh.line(Path::new("/a b")),
        "setenv PATH '/a b':\"$PATH\""
    );
}
