//! One request on the wire: connections by kind of trust, redirects, credentials, the bounds on how
//! many requests run at once, and the reading of bounded bodies.
//!
//! Redirects are followed here and not by the HTTP library, since each step is a decision: which
//! credentials go along, and whether the step may be taken at all.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Body, Method, NoProxy, Proxy, StatusCode};
use tilsit_simple_api::tokens::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};

use crate::credentials::Credential;
use crate::error::HttpError;
use crate::index_url::take_credential;
use crate::options::{ClientOptions, Proxies};
use crate::passwords::Passwords;
use crate::redacted::{RedactedUrl, Secret};
use crate::retry;
use crate::tls::{self, Trust};

/// How many requests run at once, in all and to one host.
const IN_FLIGHT_MAX: usize = 50;
const PER_HOST_MAX: usize = 20;
/// How many redirects are followed, as curl and requests do within a factor of three.
const REDIRECTS_MAX: usize = 10;
/// How much of an answer's text is read to be shown.
const SHORT_TEXT_MAX: u64 = 2048;

/// The connections of a client.
pub(crate) struct Transport {
    pub(crate) options: ClientOptions,
    plain: OnceLock<Result<reqwest::Client, HttpError>>,
    checked: OnceLock<Result<reqwest::Client, HttpError>>,
    unchecked: OnceLock<Result<reqwest::Client, HttpError>>,
    in_flight: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    passwords: Passwords,
}

/// A request without a body.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

impl Ask {
    pub(crate) fn new(url: Url) -> Self {
        Self {
            url,
            headers: HeaderMap::new(),
        }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        // A value that cannot stand in a header is one that no server gave us.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// The head of an answer; the body is still on the wire.
pub(crate) struct Answer {
    pub(crate) response: reqwest::Response,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    _slots: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

/// A whole, small answer.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) url: Url,
    pub(crate) body: Vec<u8>,
}

impl Transport {
    pub(crate) fn new(options: ClientOptions) -> Self {
        Self {
            options,
            plain: OnceLock::new(),
            checked: OnceLock::new(),
            unchecked: OnceLock::new(),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT_MAX)),
            hosts: Mutex::default(),
            passwords: Passwords::default(),
        }
    }

    /// Asks until there is an answer below status 400, trying again where that makes sense, and reads
    /// its body up to a limit.
    pub(crate) async fn fetch(&self, ask: &Ask, max_bytes: u64) -> Result<Fetched, HttpError> {
        let deadline = self.options.timeouts.small_body;
        let mut attempt = 0;
        loop {
            let once = tokio::time::timeout(deadline, self.fetch_once(ask, max_bytes)).await;
            let late = |_| {
                Err(HttpError::Timeout {
                    url: RedactedUrl::from(&ask.url),
                })
            };
            match once.unwrap_or_else(late) {
                Ok(fetched) => return Ok(fetched),
                Err(error) => self.before_retry(&mut attempt, error, &ask.url).await?,
            }
        }
    }

    async fn fetch_once(&self, ask: &Ask, max_bytes: u64) -> Result<Fetched, HttpError> {
        let answer = self.get(ask).await?;
        let status = answer.response.status();
        let headers = answer.response.headers().clone();
        let url = answer.url.clone();
        let body = answer.bounded_body(max_bytes).await?;
        Ok(Fetched {
            status,
            headers,
            url,
            body,
        })
    }

    /// Waits before the next try, or gives the error back when no further try makes sense.
    pub(crate) async fn before_retry(
        &self,
        attempt: &mut u32,
        error: HttpError,
        url: &Url,
    ) -> Result<(), HttpError> {
        if *attempt >= self.options.retries || !error.may_pass() {
            return Err(error);
        }
        let pause = retry::pause(
            &self.options.timeouts,
            *attempt,
            error.retry_after(),
            url.as_str(),
        );
        tokio::time::sleep(pause).await;
        *attempt += 1;
        Ok(())
    }

    /// Asks once, following redirects; statuses from 400 are errors.
    pub(crate) async fn get(&self, ask: &Ask) -> Result<Answer, HttpError> {
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let mut headers = ask.headers.clone();
            headers
                .entry(ACCEPT_ENCODING)
                .or_insert(HeaderValue::from_static("identity"));
            let answer = self.send(Method::GET, &url, headers, None).await?;
            match self.redirect(&url, &answer)? {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        let reason = format!("more than {REDIRECTS_MAX} times");
        Err(HttpError::Redirect {
            url: RedactedUrl::from(&ask.url),
            reason,
        })
    }

    /// Where an answer redirects to, if it does and the step may be taken.
    fn redirect(&self, url: &Url, answer: &Answer) -> Result<Option<Url>, HttpError> {
        let status = answer.response.status();
        let refused = |reason: String| HttpError::Redirect {
            url: RedactedUrl::from(url),
            reason,
        };
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let location = answer.response.headers().get(LOCATION);
        let location = location.ok_or_else(|| refused("without saying where to".to_owned()))?;
        let location =
            std::str::from_utf8(location.as_bytes()).map_err(|error| refused(error.to_string()))?;
        let mut next = url
            .join(location)
            .map_err(|error| refused(format!("to no URL: {error}")))?;
        // Credentials in a redirect would be the server's, not the user's.
        let _ = take_credential(&mut next);
        match (url.scheme(), next.scheme()) {
            (_, "https") | ("http", "http") => Ok(Some(next)),
            ("https", "http") if self.trust(&next) == Trust::Unchecked => Ok(Some(next)),
            ("https", "http") => Err(refused(format!(
                "from https to http (`{}`)",
                RedactedUrl::from(&next)
            ))),
            (_, scheme) => Err(refused(format!("to a `{scheme}` URL"))),
        }
    }

    /// Sends one request, and turns statuses from 400 into errors. A redirect is an answer here.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Option<Body>,
    ) -> Result<Answer, HttpError> {
        self.may_be_sent(url)?;
        let credential = self.credential(url).await;
        self.send_as(credential.as_ref(), (method, url), headers, body)
            .await
    }

    /// The same as somebody, or as nobody, whatever else is known for the URL.
    pub(crate) async fn send_as(
        &self,
        credential: Option<&Credential>,
        what: (Method, &Url),
        headers: HeaderMap,
        body: Option<Body>,
    ) -> Result<Answer, HttpError> {
        let answer = self.answer_to(credential, what, headers, body).await?;
        if answer.response.status().as_u16() < 400 {
            return Ok(answer);
        }
        Err(self.status_error(answer, credential.is_some()).await)
    }

    /// Sends one request; every status is an answer.
    pub(crate) async fn answer_to(
        &self,
        credential: Option<&Credential>,
        (method, url): (Method, &Url),
        mut headers: HeaderMap,
        body: Option<Body>,
    ) -> Result<Answer, HttpError> {
        self.may_be_sent(url)?;
        if let Some(mut value) =
            credential.and_then(|known| HeaderValue::from_str(&known.header()).ok())
        {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = self.client(url)?;
        let slots = self.slots(url).await;
        let request = client.request(method, url.clone()).headers(headers);
        let request = match body {
            Some(body) => request.body(body),
            None => request,
        };
        let response = request
            .send()
            .await
            .map_err(|error| request_error(url, &error))?;
        Ok(Answer {
            response,
            url: url.clone(),
            _slots: slots,
        })
    }

    /// Refuses what goes nowhere: everything while offline, and what strangers could read.
    fn may_be_sent(&self, url: &Url) -> Result<(), HttpError> {
        let url_shown = || RedactedUrl::from(url);
        if self.options.offline {
            return Err(HttpError::Offline { url: url_shown() });
        }
        if self.trust(url) == Trust::Plain && !is_this_machine(url) {
            return Err(HttpError::Insecure { url: url_shown() });
        }
        Ok(())
    }

    /// The credential for a URL; of a user without a password the programs are asked.
    async fn credential(&self, url: &Url) -> Option<Credential> {
        let found = self.options.credentials.find(url)?;
        let (user, programs) = (found.credential.user(), &self.options.password_programs);
        let is_known = !found.credential.password().reveal().is_empty();
        if is_known || user.is_empty() || programs.is_empty() {
            return Some(found.credential);
        }
        match self.passwords.of(programs, &found.place, user).await {
            Some(password) => Some(Credential::new(user, password.reveal())),
            None => Some(found.credential),
        }
    }

    /// The programs that keep passwords.
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The password that the programs keep for a user at a URL.
    pub(crate) async fn kept_password(&self, url: &Url, user: &str) -> Option<Secret> {
        let programs = &self.options.password_programs;
        self.passwords.of(programs, url, user).await
    }

    /// The error that an answer of status 400 and above is.
    pub(crate) async fn status_error(&self, answer: Answer, sent: bool) -> HttpError {
        let url = RedactedUrl::from(&answer.url);
        let status = answer.response.status().as_u16();
        let header = answer.response.headers().get(RETRY_AFTER);
        let header = header.and_then(|value| value.to_str().ok());
        let retry_after =
            header.and_then(|value| retry::retry_after(value, (self.options.clock)()));
        match status {
            404 | 410 => HttpError::NotFound { url, status },
            401 | 403 | 407 => {
                let text = answer.short_text().await;
                HttpError::Credentials {
                    url,
                    status,
                    sent,
                    text,
                }
            }
            _ => {
                let text = answer.short_text().await;
                HttpError::Status {
                    url,
                    status,
                    text,
                    retry_after,
                }
            }
        }
    }

    /// Waits for a place among the requests in flight.
    async fn slots(&self, url: &Url) -> (OwnedSemaphorePermit, OwnedSemaphorePermit) {
        let host = format!(
            "{}:{}",
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or(0)
        );
        let semaphore = {
            let mut hosts = self
                .hosts
                .lock()
                .expect("no thread panics while it holds the lock");
            Arc::clone(
                hosts
                    .entry(host)
                    .or_insert_with(|| Arc::new(Semaphore::new(PER_HOST_MAX))),
            )
        };
        let of_host = semaphore
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let of_all = Arc::clone(&self.in_flight).acquire_owned().await;
        (of_host, of_all.expect("the semaphore is never closed"))
    }

    fn trust(&self, url: &Url) -> Trust {
        let host = url.host_str().unwrap_or_default();
        let with_port = format!("{host}:{}", url.port_or_known_default().unwrap_or(0));
        let named = |trusted: &String| trusted == host || *trusted == with_port;
        if self.options.trusted_hosts.iter().any(named) {
            Trust::Unchecked
        } else if url.scheme() == "https" {
            Trust::Checked
        } else {
            Trust::Plain
        }
    }

    fn client(&self, url: &Url) -> Result<&reqwest::Client, HttpError> {
        let trust = self.trust(url);
        let place = match trust {
            Trust::Plain => &self.plain,
            Trust::Checked => &self.checked,
            Trust::Unchecked => &self.unchecked,
        };
        place
            .get_or_init(|| self.build(trust))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn build(&self, trust: Trust) -> Result<reqwest::Client, HttpError> {
        let setup = |error: reqwest::Error| HttpError::Setup(deepest(&error));
        let options = &self.options;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::configuration(options, trust)?)
            .user_agent(&options.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_gzip()
            .no_zstd()
            .no_proxy()
            .connect_timeout(options.timeouts.connect)
            .read_timeout(options.timeouts.read)
            .pool_max_idle_per_host(PER_HOST_MAX)
            .pool_idle_timeout(Duration::from_mins(1));
        for proxy in proxies(&options.proxies)? {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(setup)
    }
}

impl Answer {
    /// The next piece of the body as it comes over the wire; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        self.response
            .chunk()
            .await
            .map_err(|error| request_error(&self.url, &error))
    }

    /// Reads the whole body, decompressed if it is gzip, up to a limit that counts after
    /// decompression.
    pub(crate) async fn bounded_body(mut self, max_bytes: u64) -> Result<Vec<u8>, HttpError> {
        let url = RedactedUrl::from(&self.url);
        let encoding = self.response.headers().get(CONTENT_ENCODING);
        let encoding = encoding.map(|value| value.as_bytes().to_ascii_lowercase());
        let mut body = match encoding.as_deref() {
            None | Some(b"" | b"identity") => Decoder::Plain(Bounded::new(max_bytes)),
            Some(b"gzip" | b"x-gzip") => Decoder::Gzip(Box::new(
                flate2::write::MultiGzDecoder::new(Bounded::new(max_bytes)),
            )),
            Some(other) => {
                let reason = format!("unknown encoding `{}`", String::from_utf8_lossy(other));
                return Err(HttpError::Broken { url, reason });
            }
        };
        while let Some(chunk) = self.chunk().await? {
            body.write(&chunk)
                .map_err(|error| body.error(&url, &error, max_bytes))?;
        }
        body.finish().map_err(|error| {
            let reason = format!("its gzip encoding is damaged: {error}");
            HttpError::Broken { url, reason }
        })
    }

    /// Whether the answer says what went wrong as RFC 9457 has it.
    pub(crate) fn is_problem(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(Problem::MEDIA_TYPE.as_bytes()))
    }

    /// The start of an answer's text, for people: without tags and control characters.
    pub(crate) async fn short_text(mut self) -> Option<String> {
        let is_problem = self.is_problem();
        let kind = self.response.headers().get(CONTENT_TYPE);
        let is_html = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let is_text = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/"));
        if !is_text && !is_problem {
            return None;
        }
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = self.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() as u64 >= SHORT_TEXT_MAX {
                break;
            }
        }
        let text = String::from_utf8_lossy(&body);
        let text = if is_problem {
            Problem::from_json(&body)?.detail
        } else if is_html {
            without_tags(&text)
        } else {
            text.into_owned()
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let shown = words.join(" ");
        let shown: String = shown
            .chars()
            .filter(|character| !character.is_control())
            .take(300)
            .collect();
        (!shown.is_empty()).then_some(shown)
    }
}

/// The text of an error page; its head goes, since a title only repeats the status.
fn without_tags(html: &str) -> String {
    let body = html.split_once("</head>").map_or(html, |(_, body)| body);
    let mut text = String::new();
    let mut in_tag = false;
    for character in body.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            _ => text.push(character),
        }
    }
    text
}

/// A body that is being read.
enum Decoder {
    Plain(Bounded),
    Gzip(Box<flate2::write::MultiGzDecoder<Bounded>>),
}

impl Decoder {
    fn write(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(body) => body.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
        }
    }

    fn error(&self, url: &RedactedUrl, error: &std::io::Error, max_bytes: u64) -> HttpError {
        let body = match self {
            Self::Plain(body) => body,
            Self::Gzip(decoder) => decoder.get_ref(),
        };
        let url = url.clone();
        if body.is_full {
            return HttpError::TooLarge { url, max_bytes };
        }
        HttpError::Broken {
            url,
            reason: format!("its gzip encoding is damaged: {error}"),
        }
    }

    fn finish(self) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Plain(body) => Ok(body.bytes),
            Self::Gzip(decoder) => Ok(decoder.finish()?.bytes),
        }
    }
}

/// Bytes up to a limit; writing beyond it fails, and leaves `is_full` set.
struct Bounded {
    bytes: Vec<u8>,
    max_bytes: u64,
    is_full: bool,
}

impl Bounded {
    fn new(max_bytes: u64) -> Self {
        Self {
            bytes: Vec::new(),
            max_bytes,
            is_full: false,
        }
    }
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if (self.bytes.len() + bytes.len()) as u64 > self.max_bytes {
            self.is_full = true;
            return Err(std::io::Error::other("larger than the limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether a URL leads to the machine itself, where nobody stands between.
fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Makes a proxy of its URL.
type Make = fn(String) -> reqwest::Result<Proxy>;

fn proxies(options: &Proxies) -> Result<Vec<Proxy>, HttpError> {
    let none_for = options.none_for.as_deref().and_then(NoProxy::from_string);
    let kinds: [(&Option<String>, Make); 3] = [
        (&options.http, |url| Proxy::http(url)),
        (&options.https, |url| Proxy::https(url)),
        (&options.all, |url| Proxy::all(url)),
    ];
    let mut proxies = Vec::new();
    for (url, make) in kinds {
        if let Some(url) = url.as_ref().filter(|url| !url.is_empty()) {
            // The error would show the URL, and with it a password.
            let proxy = make(url.clone()).map_err(|error| {
                HttpError::Setup(format!("a proxy's URL is malformed: {}", deepest(&error)))
            })?;
            proxies.push(proxy.no_proxy(none_for.clone()));
        }
    }
    Ok(proxies)
}

/// What went wrong with a request, without the URL as it was sent.
fn request_error(url: &Url, error: &reqwest::Error) -> HttpError {
    let url = RedactedUrl::from(url);
    if error.is_timeout() {
        HttpError::Timeout { url }
    } else if error.is_connect() {
        HttpError::Connect {
            url,
            reason: deepest(error),
        }
    } else {
        HttpError::Broken {
            url,
            reason: deepest(error),
        }
    }
}

/// The deepest cause of an error: the outer ones name the library's own layers.
fn deepest(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
