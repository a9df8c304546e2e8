//! The files that a compiler has read for an object, as `-MD` writes them: a rule of `make`.

/// The files of the rule, but for its target.
///
/// # Errors
/// When it is no rule.
pub fn parse(rule: &str) -> Result<Vec<String>, String> {
    let (_, files) = rule
        .split_once(": ")
        .or_else(|| rule.split_once(":\n"))
        .ok_or("there is no rule")?;
    let mut found = Vec::new();
    let mut file = String::new();
    let mut letters = files.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('\n')) => {
                letters.next();
                end(&mut file, &mut found);
            }
            ('\\', Some(&next)) if matches!(next, ' ' | '#' | '\\') => {
                letters.next();
                file.push(next);
            }
            ('$', Some('$')) => {
                letters.next();
                file.push('$');
            }
            (' ' | '\t' | '\r', _) => end(&mut file, &mut found),
            // The rules after the first are those of `-MP`, without files.
            ('\n', _) => break,
            (letter, _) => file.push(letter),
        }
    }
    end(&mut file, &mut found);
    Ok(found)
}

fn end(file: &mut String, found: &mut Vec<String>) {
    if !file.is_empty() {
        found.push(std::mem::take(file));
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn files_of_a_rule() {
        let cases: [(&str, &[&str]); 5] = [
            ("a.o: a.c\n", &["a.c"]),
            (
                "a.o: a.c \\\n  one\\ two.h \\\n /usr/x$$y.h\n",
                &["a.c", "one two.h", "/usr/x$y.h"],
            ),
            ("a.o: a.c b\\#c.h\n\nb\\#c.h:\n", &["a.c", "b#c.h"]),
            ("a.o: C:\\a\\b.h\r\n", &["C:\\a\\b.h"]),
            ("a.o:\n", &[]),
        ];
        for (rule, files) in cases {
            assert_eq!(
                parse(rule).as_deref(),
                Ok(files
                    .iter()
                    .map(|file| (*file).to_owned())
                    .collect::<Vec<_>>()
                    .as_slice()),
                "{rule}"
            );
        }
        assert!(parse("nothing").is_err());
    }
}
