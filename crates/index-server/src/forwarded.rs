//! Where a request comes from, behind proxies: `Forwarded` (RFC 7239) or the `X-Forwarded-*` headers,
//! believed only as far as the operator's own proxies wrote them.
//!
//! Of the two kinds only the configured one is read: a proxy that writes the one passes on what a
//! client wrote into the other.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;
use http::header::{FORWARDED, HOST, HeaderName, VIA};

#[cfg(test)]
mod tests;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// So many steps are followed; a longer chain is none that somebody set up.
const HOPS_MAX: usize = 32;

/// Addresses that begin alike, such as `10.0.0.0/8`; a single address is one as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

/// A text that names no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address and no network such as `10.0.0.0/8`")]
pub struct NetworkError(String);

impl Network {
    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.length);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.length);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let error = || NetworkError(text.chars().take(80).collect());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| error())?;
        let length_max = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length.parse().map_err(|_| error())?,
            None => length_max,
        };
        if length > length_max {
            return Err(error());
        }
        Ok(Self { address, length })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.length)
    }
}

/// Which headers the operator's proxies write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardedHeaders {
    /// `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix`.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239), and `X-Forwarded-Prefix`, for which it has no word.
    Forwarded,
}

/// The operator's own proxies.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    /// Where they are.
    pub networks: Vec<Network>,
    /// What they write.
    pub headers: ForwardedHeaders,
}

/// Where a request comes from and what it was sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The client, as far as the trusted proxies know.
    pub client: IpAddr,
    /// Whether it came to the outermost proxy by HTTPS.
    pub is_https: bool,
    /// The host that the client asked for, with its port; a text that can be one.
    pub host: Option<String>,
    /// The path below which the index lies there, without a slash at its end.
    pub prefix: String,
    /// Whether some proxy stands between, trusted or not.
    pub is_forwarded: bool,
}

impl TrustedProxies {
    /// Where a request comes from that `peer` sent.
    pub fn origin(&self, peer: SocketAddr, headers: &HeaderMap) -> Origin {
        let peer = peer.ip().to_canonical();
        let is_forwarded = headers.contains_key(VIA)
            || headers.contains_key(FORWARDED)
            || headers.contains_key(X_FORWARDED_FOR);
        let direct = Origin {
            client: peer,
            is_https: false,
            host: host(text(headers, &HOST)),
            prefix: String::new(),
            is_forwarded,
        };
        if !self.trusts(peer) {
            return direct;
        }
        let steps = match self.headers {
            ForwardedHeaders::XForwarded => x_forwarded(headers),
            ForwardedHeaders::Forwarded => all(headers, &FORWARDED)
                .map(|value| parse_forwarded(&value))
                .unwrap_or_default(),
        };
        let mut origin = direct;
        // Each proxy adds what it sees behind the others: the last is the nearest one's word.
        for step in steps.into_iter().rev().take(HOPS_MAX) {
            if let Some(https) = step.is_https {
                origin.is_https = https;
            }
            origin.host = step.host.or(origin.host);
            let Some(client) = step.client else { break };
            origin.client = client;
            if !self.trusts(client) {
                break;
            }
        }
        origin.prefix = all(headers, &X_FORWARDED_PREFIX)
            .and_then(|value| prefix(last(&value)))
            .unwrap_or_default();
        origin
    }

    /// Whether an address is surely a client's own. That of a proxy, told of or perhaps not, stands for
    /// many, and what one of them does must not fall on the others.
    pub(crate) fn is_clients_own(&self, address: IpAddr) -> bool {
        if !self.networks.is_empty() {
            return !self.trusts(address);
        }
        match address {
            IpAddr::V4(address) => {
                !address.is_loopback() && !address.is_private() && !address.is_link_local()
            }
            IpAddr::V6(address) => {
                !address.is_loopback()
                    && !address.is_unique_local()
                    && !address.is_unicast_link_local()
            }
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }
}

/// What one proxy says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForwardedStep {
    /// Who sent it the request; none where it hides that.
    pub client: Option<IpAddr>,
    /// Whether by HTTPS, when it says how.
    pub is_https: Option<bool>,
    /// To which host.
    pub host: Option<String>,
}

/// Reads a `Forwarded` header (RFC 7239, section 4): a step for each proxy, the nearest one last.
/// Empty when it is none.
pub fn parse_forwarded(header: &str) -> Vec<ForwardedStep> {
    split_quoted(header, ',')
        .map(|element| {
            let mut step = ForwardedStep::default();
            for pair in split_quoted(element, ';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = unquoted(value.trim());
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => step.client = node(&value),
                    "proto" => step.is_https = scheme(&value),
                    "host" => step.host = host(Some(value)),
                    _ => {}
                }
            }
            step
        })
        .collect()
}

/// The `X-Forwarded-*` headers as steps: who asked is a list, of the rest the nearest proxy's word
/// counts.
fn x_forwarded(headers: &HeaderMap) -> Vec<ForwardedStep> {
    let clients = all(headers, &X_FORWARDED_FOR).unwrap_or_default();
    let mut steps: Vec<ForwardedStep> = clients
        .split(',')
        .map(|client| ForwardedStep {
            client: node(client.trim()),
            ..ForwardedStep::default()
        })
        .collect();
    if let Some(nearest) = steps.last_mut() {
        nearest.is_https = all(headers, &X_FORWARDED_PROTO).and_then(|value| scheme(last(&value)));
        nearest.host =
            all(headers, &X_FORWARDED_HOST).and_then(|value| host(Some(last(&value).to_owned())));
    }
    steps
}

/// All values of a header as one list.
fn all(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values = headers.get_all(name).iter();
    let texts: Vec<&str> = values
        .map(|value| value.to_str().ok())
        .collect::<Option<_>>()?;
    (!texts.is_empty()).then(|| texts.join(","))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

/// The last part of a list.
fn last(list: &str) -> &str {
    list.rsplit(',').next().unwrap_or_default().trim()
}

/// The parts of a text, which separators inside quotes do not divide.
fn split_quoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |character| {
        let divides = character == separator && !is_quoted;
        if character == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && character == '\\' && !is_escaped;
        divides
    })
}

/// A token, or a quoted string without its quotes.
fn unquoted(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner else {
        return value.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

/// An address with or without a port; none for `unknown` and for names that hide it.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip().to_canonical());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let address: Ipv6Addr = inner.parse().ok()?;
    Some(IpAddr::V6(address).to_canonical())
}

fn scheme(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("https") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("http").then_some(false)
}

/// A name or address with an optional port, and nothing that would not stand there in a URL.
fn host(text: Option<String>) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    text.filter(|text| !text.is_empty() && text.len() <= 255 && text.bytes().all(allowed))
}

/// A path without a slash at its end, of which nothing needs to be escaped anywhere.
pub(crate) fn prefix(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let is_path = text.starts_with('/')
        && !text.contains("//")
        && text.len() <= 255
        && text.bytes().all(allowed)
        && text.split('/').all(|part| part != "." && part != "..");
    is_path.then(|| text.to_owned())
}
