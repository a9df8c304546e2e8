//! Addresses that stand in the text without markup. Follows RFC 2396 as docutils reads it.

use super::context::{may_follow, may_precede};
use crate::rst::text::ESCAPE;

/// The schemes that are known; an address of another one is no address.
const SCHEMES: &str = " about acap addbook afp afs aim callto castanet chttp cid crid data dav \
    dict dns eid fax feed file finger freenet ftp go gopher gsm-sms h323 h324 hdl hnews http https \
    hydra iioploc ilu im imap info ior ipp irc iris.beep iseek jar javascript jdbc ldap lifn \
    livescript lrq mailbox mailserver mailto md5 mid mocha modem mtqp mupdate news nfs nntp \
    opaquelocktoken phone pop pop3 pres printer prospero rdar res rtsp rvp rwhois rx sdp service \
    shttp sip sips smb snews snmp soap.beep soap.beeps ssh t120 tag tcp tel telephone telnet tftp \
    tip tn3270 tv urn uuid vemmi videotex view-source wais whodp whois++ x-man-page xmlrpc.beep \
    xmlrpc.beeps z39.50r z39.50s ";

/// An address in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is that of a mailbox, without a scheme.
    pub(super) is_email: bool,
    /// Whether its scheme is known, if it has one.
    pub(super) is_known: bool,
}

fn is_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()[];/:@&=+$,%\0".contains(&byte)
}

fn is_last_of_uri(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_~*/=+".contains(&byte)
}

fn is_email(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_!~*'{|}/#?^`&=+$%\0".contains(&byte)
}

fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".+-".contains(&byte)
}

/// The first address in a text.
pub(super) fn find(text: &str) -> Option<Address> {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b':' | b'@')) {
        return None;
    }
    // Where a run of characters ends that has been seen to begin no address: what begins within it
    // would end at the same place.
    let mut scheme_tried = 0;
    let mut email_tried = 0;
    let mut before: Option<char> = None;
    for (start, character) in text.char_indices() {
        let may_start = character.is_ascii() && before.is_none_or(may_precede);
        before = Some(character);
        if !may_start {
            continue;
        }
        if character.is_ascii_alphabetic() && start >= scheme_tried {
            let colon = start + run(&bytes[start..], is_scheme);
            scheme_tried = colon;
            if bytes.get(colon) == Some(&b':')
                && let Some(end) = absolute(text, colon + 1)
            {
                let scheme = text[start..colon].to_ascii_lowercase();
                return Some(Address {
                    start,
                    end,
                    is_email: false,
                    is_known: SCHEMES.contains(&format!(" {scheme} ")),
                });
            }
        }
        if is_email(bytes[start]) && start >= email_tried {
            let at = start + mailbox(&bytes[start..]);
            email_tried = at;
            if let Some(end) = email_end(text, start, at)
                && let Some(end) = end.into_iter().find(|end| may_follow(&text[*end..]))
            {
                return Some(Address {
                    start,
                    end,
                    is_email: true,
                    is_known: true,
                });
            }
        }
    }
    None
}

/// Whether a text begins with an address that has a scheme or is that of a mailbox.
pub(super) fn is_address(text: &str) -> bool {
    find(text).is_some_and(|address| address.start == 0)
}

/// Whether the whole text is the address of a mailbox.
pub(in crate::rst) fn is_mailbox(text: &str) -> bool {
    let at = mailbox(text.as_bytes());
    email_end(text, 0, at).is_some_and(|ends| ends.contains(&text.len()))
}

fn run(bytes: &[u8], is_part: fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !is_part(*byte));
    end.unwrap_or(bytes.len())
}

/// Where an address may end, the farthest place first.
fn ends(bytes: &[u8], start: usize, limit: usize) -> impl Iterator<Item = usize> {
    let is_end = move |end: &usize| {
        let last = bytes[end - 1];
        is_last_of_uri(last) || is_uri(last) && bytes.get(*end) == Some(&b'>')
    };
    (start + 1..=limit).rev().filter(is_end)
}

/// The end of an address from what follows the colon on.
fn absolute(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let part = |start: usize| {
        let limit = start + run(&bytes[start..], is_uri);
        ends(bytes, start, limit)
    };
    let follows = |end: &usize| may_follow(&text[*end..]);
    let fragment = |at: usize| (bytes.get(at) == Some(&b'#')).then(|| part(at + 1).find(follows));
    for end in part(start) {
        if bytes.get(end) == Some(&b'?') {
            for end in part(end + 1) {
                if let Some(end) = fragment(end).flatten() {
                    return Some(end);
                }
                if follows(&end) {
                    return Some(end);
                }
            }
        }
        if let Some(end) = fragment(end).flatten() {
            return Some(end);
        }
        if follows(&end) {
            return Some(end);
        }
    }
    None
}

/// The bytes of the name of a mailbox.
fn mailbox(bytes: &[u8]) -> usize {
    let mut end = run(bytes, is_email);
    while end > 0 && bytes.get(end) == Some(&b'.') {
        match run(&bytes[end + 1..], is_email) {
            0 => break,
            length => end += 1 + length,
        }
    }
    end
}

/// Where the address of a mailbox may end whose name ends at `at`, the farthest place first.
fn email_end(text: &str, start: usize, at: usize) -> Option<Vec<usize>> {
    let bytes = text.as_bytes();
    if at == start || bytes.get(at) != Some(&b'@') || text[..at].ends_with(ESCAPE) {
        return None;
    }
    let host = at + 1;
    if !bytes.get(host).copied().is_some_and(is_email) {
        return None;
    }
    let limit = host + run(&bytes[host..], |byte| is_email(byte) || byte == b'.');
    // The last character may be another one before `>`.
    let limit = (limit + 1).min(bytes.len());
    let ends = ends(bytes, host + 1, limit).filter(|end| text.is_char_boundary(*end));
    Some(ends.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<(&str, bool)> {
        find(text).map(|address| (&text[address.start..address.end], address.is_known))
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            (
                "see http://a.example/b?c=d#e.",
                Some(("http://a.example/b?c=d#e", true)),
            ),
            ("<http://a.example/b.>", Some(("http://a.example/b.", true))),
            ("note:this", Some(("note:this", false))),
            ("mail me@host.example, now", Some(("me@host.example", true))),
            ("a @b c", None),
            (
                "(https://a.example/(x)y)",
                Some(("https://a.example/(x)y", true)),
            ),
        ] {
            assert_eq!(first(text), expected, "{text}");
        }
    }

    #[test]
    fn long_runs_take_no_square_of_time() {
        let text = "a-".repeat(100_000) + " " + &"x:".repeat(100_000);
        assert!(find(&text).is_some());
    }
}
