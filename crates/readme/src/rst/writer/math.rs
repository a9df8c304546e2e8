//! Formulas: the characters of mathematics as the commands of LaTeX.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A line for each character with its command.
static COMMANDS: LazyLock<HashMap<char, &str>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let character = line.chars().next()?;
        Some((character, &line[character.len_utf8() + 1..]))
    };
    include_str!("math.txt").lines().filter_map(line).collect()
});

/// A formula in ASCII, as far as there are commands.
pub(super) fn to_tex(formula: &str) -> String {
    if formula.is_ascii() {
        return formula.to_owned();
    }
    let mut tex = String::with_capacity(formula.len() * 2);
    for character in formula.chars() {
        match COMMANDS.get(&character) {
            Some(command) => tex.push_str(command),
            None => tex.push(character),
        }
    }
    tex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_commands() {
        assert_eq!(to_tex("α_t ≤ λ"), r"\alpha _t \leq  \lambda ");
        assert!(COMMANDS.len() > 700);
    }
}
