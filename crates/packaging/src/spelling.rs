//! Which known word is meant by one that is not known.

/// Longer words are not compared.
const LETTERS_MAX: usize = 64;

/// The known word that differs in case and separators alone, else the one that is a slip of one letter
/// away; of two in longer words. Short words are too near to each other.
pub(crate) fn nearest<'w>(
    word: &str,
    known: impl IntoIterator<Item = &'w str> + Clone,
) -> Option<&'w str> {
    let plain = plain(word);
    if let Some(same) = known
        .clone()
        .into_iter()
        .find(|known| is_same(known, &plain))
    {
        return Some(same);
    }
    let letters: Vec<char> = word.chars().collect();
    let slips_max = match letters.len() {
        0..=3 => return None,
        4..=8 => 1,
        9..=LETTERS_MAX => 2,
        _ => return None,
    };
    let near = known.into_iter().filter_map(|known| {
        let slips = slips(&letters, &known.chars().collect::<Vec<char>>());
        (slips <= slips_max).then_some((slips, known))
    });
    near.min().map(|(_, known)| known)
}

/// Whether a word and one that is known differ in case and separators alone.
fn is_same(known: &str, plain_word: &str) -> bool {
    plain(known) == plain_word
}

fn plain(word: &str) -> String {
    let letters = word.chars().filter(|letter| !"-_. ".contains(*letter));
    letters.flat_map(char::to_lowercase).collect()
}

/// How many letters are put in, left out, changed, or changed places with their neighbour.
fn slips(one: &[char], other: &[char]) -> usize {
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut before_last = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, known) in other.iter().enumerate() {
            let changed = last[column] + usize::from(letter != known);
            let mut least = changed.min(last[column + 1] + 1).min(next[column] + 1);
            let is_swapped =
                row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *known;
            if is_swapped {
                least = least.min(before_last[column - 1] + 1);
            }
            next.push(least);
        }
        before_last = std::mem::replace(&mut last, next);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_found() {
        let known = ["line-length", "select", "src", "target-version"];
        let cases = [
            ("line_length", Some("line-length")),
            ("LineLength", Some("line-length")),
            ("line-lenght", Some("line-length")),
            ("linelenght", Some("line-length")),
            ("selct", Some("select")),
            ("selects", Some("select")),
            ("scr", None),
            ("SRC", Some("src")),
            ("taget-verson", Some("target-version")),
            ("tget-verson", None),
            ("", None),
        ];
        for (word, meant) in cases {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        let long = "a".repeat(1000);
        assert_eq!(nearest(&long, known), None);
    }
}
