//! The notice that keeps installers out.

use super::externally_managed_message;

#[test]
fn the_notice_is_read_with_its_paragraphs() {
    for (text, expected) in [
        (
            "[externally-managed]\nError=To install, use apt\n python3-xyz.\n \n Or make a venv.\n\n",
            Some("To install, use apt\npython3-xyz.\n\nOr make a venv."),
        ),
        ("[externally-managed]\nError-de_DE=Nein\n", None),
        ("[externally-managed]\nError=\n", None),
        ("[other]\nError=x\n", None),
        ("", None),
    ] {
        assert_eq!(
            externally_managed_message(text).as_deref(),
            expected,
            "{text:?}"
        );
    }
}
