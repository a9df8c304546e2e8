//! Pax records: `LENGTH KEY=VALUE\n`, for the next entry (`x`) or for all that follow (`g`).

#[cfg(test)]
mod tests;

/// The one character set that values may announce, which is also the default.
const UTF8: &[u8] = b"ISO-IR 10646 2000 UTF-8";

/// The records that change how an entry is read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) path: Option<String>,
    pub(super) link_path: Option<String>,
    pub(super) size: Option<u64>,
}

/// Reads the records of one extended header, which must fill it exactly and come once each.
pub(super) fn parse(mut bytes: &[u8]) -> Result<Records, &'static str> {
    let mut records = Records::default();
    let mut seen: Vec<&str> = Vec::new();
    if bytes.is_empty() {
        return Err("is an extended header without records");
    }
    while !bytes.is_empty() {
        let (key, value, rest) = next_record(bytes)?;
        bytes = rest;
        if seen.contains(&key) {
            return Err("has the same pax record twice");
        }
        seen.push(key);
        match key {
            "path" => records.path = Some(text(value)?),
            "linkpath" => records.link_path = Some(text(value)?),
            "size" => records.size = Some(decimal(value).ok_or("has a pax size of no meaning")?),
            "hdrcharset" | "charset" if value != UTF8 => {
                return Err("has pax records in another encoding");
            }
            _ if key.starts_with("GNU.sparse.") => return Err("is a sparse file"),
            _ => {}
        }
    }
    Ok(records)
}

/// Reads a global header: it must not name, link or size the entries that follow.
pub(super) fn check_global(bytes: &[u8]) -> Result<(), &'static str> {
    if parse(bytes)? == Records::default() {
        Ok(())
    } else {
        Err("names or sizes the entries after it all at once")
    }
}

fn next_record(bytes: &[u8]) -> Result<(&str, &[u8], &[u8]), &'static str> {
    const DAMAGED: &str = "has a damaged pax record";
    let space = memchr::memchr(b' ', bytes).ok_or(DAMAGED)?;
    let length = decimal(&bytes[..space]).ok_or(DAMAGED)?;
    let length = usize::try_from(length).map_err(|_| DAMAGED)?;
    if length <= space + 1 || length > bytes.len() {
        return Err(DAMAGED);
    }
    let (record, rest) = bytes.split_at(length);
    let Some((b'\n', record)) = record[space + 1..].split_last() else {
        return Err(DAMAGED);
    };
    let equals = memchr::memchr(b'=', record).ok_or(DAMAGED)?;
    let (key, value) = (&record[..equals], &record[equals + 1..]);
    let key = std::str::from_utf8(key).map_err(|_| DAMAGED)?;
    if key.is_empty() || key.contains(char::is_control) {
        return Err(DAMAGED);
    }
    // Readers in C stop at a NUL; only extended attributes are binary.
    if memchr::memchr(0, value).is_some() && !key.starts_with("SCHILY.xattr.") {
        return Err("has a pax record with a NUL");
    }
    Ok((key, value, rest))
}

fn text(value: &[u8]) -> Result<String, &'static str> {
    if value.is_empty() {
        return Err("has an empty path in a pax record");
    }
    match std::str::from_utf8(value) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err("has a path that is not UTF-8"),
    }
}

/// A decimal number in its one form: no sign, no leading zero.
fn decimal(digits: &[u8]) -> Option<u64> {
    let one_form = digits == b"0" || digits.first().is_some_and(|first| *first != b'0');
    if !one_form || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
