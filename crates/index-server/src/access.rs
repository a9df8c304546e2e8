//! Who reads: everybody, a user of the index, or people of a project only.
//!
//! What may not be read is not there: the answer to one who is known is 404, so that names of
//! projects are no secret that leaks. Who is not known is asked for credentials first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tilsit_index_store::{Audience, IndexSettings, Reading, TokenScope, UserId};
use tilsit_packaging::name::ProjectName;

use crate::application::Application;
use crate::credentials::{Credentials, parse_basic};
use crate::notes;
use crate::response::{Failure, Refusal};
use crate::visitor::visitor;

/// How long settings and passwords that were found right are not looked up again.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(1);
const PASSWORD_REMEMBERED: SignedDuration = SignedDuration::from_secs(30);
/// So many passwords are remembered.
const PASSWORDS_MAX: usize = 1000;

/// What was looked up a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    settings: Mutex<Option<(Timestamp, IndexSettings)>>,
    counts: Mutex<Option<PublicCounts>>,
    /// By the hash of the header.
    passwords: Mutex<HashMap<[u8; 32], (Timestamp, UserId)>>,
}

/// How many projects and files everybody sees, as of a serial.
#[derive(Debug, Clone, Copy)]
struct PublicCounts {
    serial: u64,
    default: Reading,
    counts: (u64, u64),
}

/// Somebody who reads.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    pub(crate) user: Option<UserId>,
    /// The projects of the token that was shown, if it is only for some.
    scope: Option<TokenScope>,
}

/// The settings of the index, at most a moment old.
pub(crate) async fn settings(application: &Application) -> Result<IndexSettings, Failure> {
    if let Some(settings) = remembered_settings(application) {
        return Ok(settings);
    }
    let now = application.now();
    let settings = application.store.settings().await?;
    let cell = &application.remembered.settings;
    *cell.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, settings));
    Ok(settings)
}

/// The settings, where they were looked up a moment ago.
fn remembered_settings(application: &Application) -> Option<IndexSettings> {
    let cell = &application.remembered.settings;
    let (at, settings) = (*cell.lock().unwrap_or_else(PoisonError::into_inner))?;
    (application.now() < at + REMEMBERED).then_some(settings)
}

/// Whether it is known without a look at the database that everybody reads a project that says `own`.
pub(crate) fn is_known_public(application: &Application, own: Option<Reading>) -> bool {
    let default = || remembered_settings(application).map(|settings| settings.reading);
    own.or_else(default) == Some(Reading::Public)
}

/// Makes a change of the settings count at once.
pub(crate) fn forget_settings(application: &Application) {
    let cell = &application.remembered.settings;
    *cell.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// What a project that says `own` is read by, in this index.
pub(crate) async fn reading(
    application: &Application,
    own: Option<Reading>,
) -> Result<Reading, Failure> {
    match own {
        Some(reading) => Ok(reading),
        None => Ok(settings(application).await?.reading),
    }
}

/// Refuses whoever may not read a project that says `own` of itself. Gives how it is read.
pub(crate) async fn check(
    application: &Application,
    headers: &HeaderMap,
    project: &ProjectName,
    own: Option<Reading>,
) -> Result<Reading, Failure> {
    let reading = reading(application, own).await?;
    if reading == Reading::Public {
        return Ok(reading);
    }
    let reader = reader(application, headers).await?;
    if reader.user.is_none() {
        return Err(unknown().into());
    }
    let in_scope = reader.scope.is_none_or(|scope| scope.covers(project));
    let audience = Audience {
        user: reader.user,
        default: reading,
    };
    if in_scope && application.store.is_visible(project, audience).await? {
        return Ok(reading);
    }
    Err(Refusal::not_found(format!("there is no project `{project}` here")).into())
}

/// The audience of a list: what is left out is not for this reader. An index that is not public
/// has no list for those whom it does not know.
pub(crate) async fn audience(
    application: &Application,
    headers: &HeaderMap,
) -> Result<Audience, Failure> {
    let default = settings(application).await?.reading;
    let user = reader(application, headers).await?.user;
    if user.is_none() && default != Reading::Public {
        return Err(unknown().into());
    }
    Ok(Audience { user, default })
}

/// How many projects and files an audience sees. What everybody sees is counted once for each change
/// of the index: a large one counts for a while.
pub(crate) async fn visible_counts(
    application: &Application,
    audience: Audience,
) -> Result<(u64, u64), Failure> {
    let store = &application.store;
    if audience.user.is_some() {
        return Ok(store.visible_counts(audience).await?);
    }
    let serial = store.last_serial().await?;
    let cell = &application.remembered.counts;
    let known = *cell.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known
        && (known.serial, known.default) == (serial, audience.default)
    {
        return Ok(known.counts);
    }
    let counts = store.visible_counts(audience).await?;
    *cell.lock().unwrap_or_else(PoisonError::into_inner) = Some(PublicCounts {
        serial,
        default: audience.default,
        counts,
    });
    Ok(counts)
}

fn unknown() -> Refusal {
    Refusal::new(
        StatusCode::UNAUTHORIZED,
        "reading here needs credentials: the user `__token__` with an API token as password, \
         or a user name with its password",
    )
}

/// Who asks: by the `Authorization` header, else by the session. Wrong credentials are refused.
pub(crate) async fn reader(
    application: &Application,
    headers: &HeaderMap,
) -> Result<Reader, Failure> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        let visitor = visitor(application, headers).await?;
        return Ok(Reader {
            user: visitor.map(|visitor| visitor.user.user),
            scope: None,
        });
    };
    let refused = |text: String| Refusal::new(StatusCode::UNAUTHORIZED, text);
    let now = application.now();
    match parse_basic(header.as_bytes()).map_err(|error| refused(error.to_string()))? {
        Credentials::Token(token) => {
            let found = application.store.authenticate(&token, now).await?;
            let found = found
                .ok_or_else(|| refused("the token is unknown, revoked or expired".to_owned()))?;
            notes::user(&found.user_name);
            Ok(Reader {
                user: Some(found.user),
                scope: Some(found.scope),
            })
        }
        Credentials::Password { user, password } => {
            let key: [u8; 32] = Sha256::digest(header.as_bytes()).into();
            let user = match application.remembered.password(&key, now) {
                Some(known) => {
                    notes::user(&user);
                    Some(known)
                }
                None => sign_in(application, &user, &password).await?,
            };
            let user =
                user.ok_or_else(|| refused("the user name or the password is wrong".to_owned()))?;
            application.remembered.keep_password(key, user, now);
            Ok(Reader {
                user: Some(user),
                scope: None,
            })
        }
    }
}

/// The user whose password it is; every attempt counts.
///
/// # Errors
/// When there were too many attempts with this name.
pub(crate) async fn sign_in(
    application: &Application,
    user: &str,
    password: &str,
) -> Result<Option<UserId>, Failure> {
    let key = user.to_ascii_lowercase();
    let counted = application.sign_ins.count(&key, application.now());
    counted.map_err(|wait| {
        let text = "There were too many attempts with this name. Wait five minutes.";
        Refusal::too_many(text, wait)
    })?;
    let found = application.store.verify_password(user, password).await?;
    if found.is_some() {
        notes::user(user);
        application.sign_ins.forget(&key);
    }
    Ok(found)
}

impl Remembered {
    fn password(&self, key: &[u8; 32], now: Timestamp) -> Option<UserId> {
        let passwords = self
            .passwords
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (at, user) = passwords.get(key)?;
        (now < *at + PASSWORD_REMEMBERED).then_some(*user)
    }

    fn keep_password(&self, key: [u8; 32], user: UserId, now: Timestamp) {
        let mut passwords = self
            .passwords
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if passwords.len() >= PASSWORDS_MAX {
            passwords.clear();
        }
        // From the time when it was looked up, not from its last use.
        passwords
            .entry(key)
            .and_modify(|(at, _)| {
                if now >= *at + PASSWORD_REMEMBERED {
                    *at = now;
                }
            })
            .or_insert((now, user));
    }
}
