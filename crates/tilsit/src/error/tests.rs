//! How errors read and which exit code they have.

use anstream::adapter::strip_str;

use super::{CommandError, Kind};
use crate::explain::Code;

#[derive(Debug, thiserror::Error)]
#[error("the outer thing failed")]
struct Outer(#[source] Middle);

#[derive(Debug, thiserror::Error)]
#[error("the inner thing failed")]
struct Middle(#[source] Inner);

#[derive(Debug, thiserror::Error)]
#[error("the inner thing failed")]
struct Inner;

#[test]
fn an_error_reads_as_what_why_and_next() {
    let error = CommandError::from_error(Code::Usage, &Outer(Middle(Inner))).hint("do\nthis");
    insta::assert_snapshot!(strip_str(&error.render()), @r"
    error: the outer thing failed [TL0002]
      caused by: the inner thing failed
    hint: do
          this
    ");
}

#[test]
fn every_kind_has_its_exit_code() {
    let kinds = [
        (Kind::No, 1),
        (Kind::Usage, 2),
        (Kind::Bug, 3),
        (Kind::Credentials, 4),
        (Kind::Service, 5),
        (Kind::Interrupted, 130),
    ];
    for (kind, code) in kinds {
        assert_eq!(kind.exit_code(), code, "{kind:?}");
        assert!(!kind.meaning().is_empty());
    }
}
