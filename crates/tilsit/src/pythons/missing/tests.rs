//! What is advised on which machine.

use super::{Family, Wanted, family};

#[test]
fn the_ways_are_those_of_the_machine() {
    let debian = "PRETTY_NAME=\"Debian\"\nID=debian\n";
    let mint = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n";
    let rocky = "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n";
    assert_eq!(family(debian), Family::Debian);
    assert_eq!(family(mint), Family::Debian);
    assert_eq!(family(rocky), Family::Fedora);
    assert_eq!(family("ID=alpine\n"), Family::Other);
    let ways = |request: &str, release: &str, programs: &[&str]| {
        let wanted = Wanted::of(&request.parse().unwrap()).unwrap();
        wanted
            .ways(release, &|program| programs.contains(&program))
            .join(" ")
    };
    assert_eq!(
        ways("3.12.4", debian, &["pyenv", "uv"]),
        "`apt install python3.12` `pyenv install 3.12` `uv python install 3.12`"
    );
    assert_eq!(ways(">=3.10,<3.13", rocky, &[]), "`dnf install python3.12`");
    assert_eq!(
        ways("pypy3.10", "", &["pyenv", "conda"]),
        "`pyenv install pypy3.10`"
    );
    assert_eq!(ways("any", "", &[]), "");
    assert!(Wanted::of(&"3.99".parse().unwrap()).is_none());
}
