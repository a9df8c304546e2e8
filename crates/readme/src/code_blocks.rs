//! The code blocks of rendered Markdown, in whose place their highlighted code is put.

use crate::character_references::unescape;
use crate::highlight::highlight_or_escape;

/// How a block begins: before its language, and what stands between language and code.
const OPENINGS: [(&str, &str); 2] = [
    ("<pre><code class=\"language-", "\">"),
    ("<pre lang=\"", "\"><code>"),
];
const END: &str = "</code></pre>";

/// `html` with each code block that names a language as `<pre lang="…">` and highlighted code.
pub(crate) fn highlight(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<pre") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((language, code)) = open(rest) else {
            out.push_str("<pre");
            rest = &rest["<pre".len()..];
            continue;
        };
        // Code has a character at least, even if an end would stand in its place.
        let first = code.chars().next().map_or(0, char::len_utf8);
        let Some(length) = code[first..].find(END).map(|length| first + length) else {
            // Without an end here there is none farther on.
            break;
        };
        out.push_str("<pre lang=\"");
        out.push_str(language);
        out.push_str("\">");
        highlight_or_escape(language, &unescape(&code[..length]), &mut out);
        out.push_str("</pre>");
        rest = &code[length + END.len()..];
    }
    out.push_str(rest);
    out
}

/// The language of the block that begins here, and all that follows its opening.
fn open(html: &str) -> Option<(&str, &str)> {
    OPENINGS.iter().find_map(|(before, after)| {
        let named = html.strip_prefix(before)?;
        let (language, _) = named.split_once('"')?;
        let code = named[language.len()..].strip_prefix(after)?;
        (!language.is_empty()).then_some((language, code))
    })
}
