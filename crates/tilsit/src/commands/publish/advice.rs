//! What a user can do about an upload that failed: by the status that the index answered with, and
//! by what was sent.

use tilsit_index_client::{Credential, HttpError};
use tilsit_publish::{PublishError, Repository};

use crate::logins::TOKEN_USER;

/// What tokens of the public index begin with, and of its kin.
const PUBLIC_TOKEN: &str = "pypi-";
/// What tokens of our own index begin with.
const OWN_TOKEN: &str = "tlst-";

/// The hints for a failure.
pub(super) fn on(error: &PublishError, repository: &Repository) -> Vec<String> {
    let mut hints = Vec::new();
    if matches!(error, PublishError::OtherContent { .. }) {
        let hint = "a file name can be used once only: raise the version, build and publish again";
        hints.push(hint.to_owned());
    } else if matches!(error, PublishError::Upload { source, .. } if source.is_already_there()) {
        let hint = "raise the version, or pass over what is there with `--skip-existing`";
        hints.push(hint.to_owned());
    } else if let Some(http) = error.http() {
        on_answer(http, repository, &mut hints);
    }
    hints
}

fn on_answer(error: &HttpError, repository: &Repository, hints: &mut Vec<String>) {
    let mut say = |hint: &str| hints.push(hint.to_owned());
    match error {
        HttpError::Credentials { sent: false, .. } => {
            say(&format!(
                "sign in with `tilsit login {}`, give a token with `--token`, or a section of \
                 ~/.pypirc with `--repository NAME`",
                repository.url
            ));
        }
        HttpError::Credentials { status, .. } => {
            let credential = repository.credential.as_ref();
            if let Some(hint) = credential.and_then(on_credential) {
                say(hint);
            }
            if *status == 403 {
                say(
                    "a token may be bound to other projects, and the first upload of a new project \
                     needs one that is not",
                );
            }
            say(&format!(
                "the token or password must be one of `{}`: each index has its own",
                repository.url
            ));
        }
        HttpError::Status {
            status: 400 | 422, ..
        } => {
            say(
                "the words behind the colon are the index's; `tilsit check` looks for what indexes refuse",
            );
        }
        HttpError::Status { status: 413, .. } => {
            say(
                "the file is larger than the index, or a proxy in front of it, takes: leave out what \
                 is not needed, or ask its operator for a higher limit",
            );
        }
        HttpError::NotFound { .. }
        | HttpError::Redirect { .. }
        | HttpError::Status { status: 405, .. } => {
            if repository
                .url
                .path()
                .trim_end_matches('/')
                .ends_with("/simple")
            {
                say("this URL is for installing; the one for uploads often ends with `/legacy/`");
            } else {
                say("check `--repository-url`: the URL for uploads often ends with `/legacy/`");
            }
        }
        HttpError::Status { .. }
        | HttpError::Connect { .. }
        | HttpError::Timeout { .. }
        | HttpError::Broken { .. } => {
            say("run the same command again later: what the index has by then is not sent twice");
        }
        _ => {}
    }
}

/// What looks wrong with a user and a password or token. It shows neither.
fn on_credential(credential: &Credential) -> Option<&'static str> {
    let password = credential.password().reveal();
    let is_token = credential.user() == TOKEN_USER;
    let looks_like_token = [PUBLIC_TOKEN, OWN_TOKEN]
        .iter()
        .any(|start| password.starts_with(start));
    if !is_token && looks_like_token {
        return Some(
            "the password looks like a token, whose user is `__token__`: give it with `--token`",
        );
    }
    if !is_token {
        return None;
    }
    let behind = password.strip_prefix(PUBLIC_TOKEN);
    if behind.is_some_and(|rest| rest.starts_with(PUBLIC_TOKEN) || rest.starts_with(OWN_TOKEN)) {
        return Some("the token has a `pypi-` too many in front");
    }
    if password.contains(char::is_whitespace) {
        return Some("the token has whitespace in it: it was perhaps copied in two lines");
    }
    if password.starts_with(['"', '\'']) {
        return Some("the token has quotes around it, which are not part of it");
    }
    None
}
