//! The characters that markup may stand beside. Follows "reStructuredText Markup Specification",
//! inline markup recognition rules; what is punctuation there was fixed with Unicode 5.2.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::rst::text::{ESCAPE, is_space};

/// Opening quotes and brackets, each with what closes it. Quotes open and close in many ways.
const PAIRS: &[(char, &str)] = &[
    ('"', "\""),
    ('\'', "'"),
    ('(', ")"),
    ('<', ">"),
    ('[', "]"),
    ('{', "}"),
    ('«', "»"),
    ('»', "«»"),
    ('༺', "༻"),
    ('༼', "༽"),
    ('᚛', "᚜"),
    ('‘', "’‚"),
    ('’', "‘’"),
    ('‚', "‘’‛"),
    ('‛', "‚"),
    ('“', "”„"),
    ('”', "“”"),
    ('„', "“”‟"),
    ('‟', "„"),
    ('‹', "›"),
    ('›', "‹›"),
    ('⁅', "⁆"),
    ('⁽', "⁾"),
    ('₍', "₎"),
    ('\u{2329}', "\u{232a}"),
    ('❨', "❩"),
    ('❪', "❫"),
    ('❬', "❭"),
    ('❮', "❯"),
    ('❰', "❱"),
    ('❲', "❳"),
    ('❴', "❵"),
    ('⟅', "⟆"),
    ('⟦', "⟧"),
    ('⟨', "⟩"),
    ('⟪', "⟫"),
    ('⟬', "⟭"),
    ('⟮', "⟯"),
    ('⦃', "⦄"),
    ('⦅', "⦆"),
    ('⦇', "⦈"),
    ('⦉', "⦊"),
    ('⦋', "⦌"),
    ('⦍', "⦎"),
    ('⦏', "⦐"),
    ('⦑', "⦒"),
    ('⦓', "⦔"),
    ('⦕', "⦖"),
    ('⦗', "⦘"),
    ('⧘', "⧙"),
    ('⧚', "⧛"),
    ('⧼', "⧽"),
    ('⸂', "⸃"),
    ('⸃', "⸂"),
    ('⸄', "⸅"),
    ('⸅', "⸄"),
    ('⸉', "⸊"),
    ('⸊', "⸉"),
    ('⸌', "⸍"),
    ('⸍', "⸌"),
    ('⸜', "⸝"),
    ('⸝', "⸜"),
    ('⸠', "⸡"),
    ('⸡', "⸠"),
    ('⸢', "⸣"),
    ('⸤', "⸥"),
    ('⸦', "⸧"),
    ('⸨', "⸩"),
    ('〈', "〉"),
    ('《', "》"),
    ('「', "」"),
    ('『', "』"),
    ('【', "】"),
    ('〔', "〕"),
    ('〖', "〗"),
    ('〘', "〙"),
    ('〚', "〛"),
    ('〝', "〞"),
    ('﴾', "﴿"),
    ('︗', "︘"),
    ('︵', "︶"),
    ('︷', "︸"),
    ('︹', "︺"),
    ('︻', "︼"),
    ('︽', "︾"),
    ('︿', "﹀"),
    ('﹁', "﹂"),
    ('﹃', "﹄"),
    ('﹇', "﹈"),
    ('﹙', "﹚"),
    ('﹛', "﹜"),
    ('﹝', "﹞"),
    ('（', "）"),
    ('［', "］"),
    ('｛', "｝"),
    ('｟', "｠"),
    ('｢', "｣"),
];

/// Punctuation beyond ASCII that neither opens nor closes.
const DELIMITERS: &[(char, char)] = &[
    ('\u{a1}', '\u{a1}'),
    ('\u{b7}', '\u{b7}'),
    ('\u{bf}', '\u{bf}'),
    ('\u{37e}', '\u{37e}'),
    ('\u{387}', '\u{387}'),
    ('\u{55a}', '\u{55f}'),
    ('\u{589}', '\u{58a}'),
    ('\u{5be}', '\u{5be}'),
    ('\u{5c0}', '\u{5c0}'),
    ('\u{5c3}', '\u{5c3}'),
    ('\u{5c6}', '\u{5c6}'),
    ('\u{5f3}', '\u{5f4}'),
    ('\u{609}', '\u{60a}'),
    ('\u{60c}', '\u{60d}'),
    ('\u{61b}', '\u{61b}'),
    ('\u{61e}', '\u{61f}'),
    ('\u{66a}', '\u{66d}'),
    ('\u{6d4}', '\u{6d4}'),
    ('\u{700}', '\u{70d}'),
    ('\u{7f7}', '\u{7f9}'),
    ('\u{830}', '\u{83e}'),
    ('\u{964}', '\u{965}'),
    ('\u{970}', '\u{970}'),
    ('\u{df4}', '\u{df4}'),
    ('\u{e4f}', '\u{e4f}'),
    ('\u{e5a}', '\u{e5b}'),
    ('\u{f04}', '\u{f12}'),
    ('\u{f85}', '\u{f85}'),
    ('\u{fd0}', '\u{fd4}'),
    ('\u{104a}', '\u{104f}'),
    ('\u{10fb}', '\u{10fb}'),
    ('\u{1361}', '\u{1368}'),
    ('\u{1400}', '\u{1400}'),
    ('\u{166d}', '\u{166e}'),
    ('\u{16eb}', '\u{16ed}'),
    ('\u{1735}', '\u{1736}'),
    ('\u{17d4}', '\u{17d6}'),
    ('\u{17d8}', '\u{17da}'),
    ('\u{1800}', '\u{180a}'),
    ('\u{1944}', '\u{1945}'),
    ('\u{19de}', '\u{19df}'),
    ('\u{1a1e}', '\u{1a1f}'),
    ('\u{1aa0}', '\u{1aa6}'),
    ('\u{1aa8}', '\u{1aad}'),
    ('\u{1b5a}', '\u{1b60}'),
    ('\u{1c3b}', '\u{1c3f}'),
    ('\u{1c7e}', '\u{1c7f}'),
    ('\u{1cd3}', '\u{1cd3}'),
    ('\u{2010}', '\u{2017}'),
    ('\u{2020}', '\u{2027}'),
    ('\u{2030}', '\u{2038}'),
    ('\u{203b}', '\u{203e}'),
    ('\u{2041}', '\u{2043}'),
    ('\u{2047}', '\u{2051}'),
    ('\u{2053}', '\u{2053}'),
    ('\u{2055}', '\u{205e}'),
    ('\u{2cf9}', '\u{2cfc}'),
    ('\u{2cfe}', '\u{2cff}'),
    ('\u{2e00}', '\u{2e01}'),
    ('\u{2e06}', '\u{2e08}'),
    ('\u{2e0b}', '\u{2e0b}'),
    ('\u{2e0e}', '\u{2e1b}'),
    ('\u{2e1e}', '\u{2e1f}'),
    ('\u{2e2a}', '\u{2e2e}'),
    ('\u{2e30}', '\u{2e31}'),
    ('\u{3001}', '\u{3003}'),
    ('\u{301c}', '\u{301c}'),
    ('\u{3030}', '\u{3030}'),
    ('\u{303d}', '\u{303d}'),
    ('\u{30a0}', '\u{30a0}'),
    ('\u{30fb}', '\u{30fb}'),
    ('\u{a4fe}', '\u{a4ff}'),
    ('\u{a60d}', '\u{a60f}'),
    ('\u{a673}', '\u{a673}'),
    ('\u{a67e}', '\u{a67e}'),
    ('\u{a6f2}', '\u{a6f7}'),
    ('\u{a874}', '\u{a877}'),
    ('\u{a8ce}', '\u{a8cf}'),
    ('\u{a8f8}', '\u{a8fa}'),
    ('\u{a92e}', '\u{a92f}'),
    ('\u{a95f}', '\u{a95f}'),
    ('\u{a9c1}', '\u{a9cd}'),
    ('\u{a9de}', '\u{a9df}'),
    ('\u{aa5c}', '\u{aa5f}'),
    ('\u{aade}', '\u{aadf}'),
    ('\u{abeb}', '\u{abeb}'),
    ('\u{fe10}', '\u{fe16}'),
    ('\u{fe19}', '\u{fe19}'),
    ('\u{fe30}', '\u{fe32}'),
    ('\u{fe45}', '\u{fe46}'),
    ('\u{fe49}', '\u{fe4c}'),
    ('\u{fe50}', '\u{fe52}'),
    ('\u{fe54}', '\u{fe58}'),
    ('\u{fe5f}', '\u{fe61}'),
    ('\u{fe63}', '\u{fe63}'),
    ('\u{fe68}', '\u{fe68}'),
    ('\u{fe6a}', '\u{fe6b}'),
    ('\u{ff01}', '\u{ff03}'),
    ('\u{ff05}', '\u{ff07}'),
    ('\u{ff0a}', '\u{ff0a}'),
    ('\u{ff0c}', '\u{ff0f}'),
    ('\u{ff1a}', '\u{ff1b}'),
    ('\u{ff1f}', '\u{ff20}'),
    ('\u{ff3c}', '\u{ff3c}'),
    ('\u{ff61}', '\u{ff61}'),
    ('\u{ff64}', '\u{ff65}'),
    ('\u{10100}', '\u{10101}'),
    ('\u{1039f}', '\u{1039f}'),
    ('\u{103d0}', '\u{103d0}'),
    ('\u{10857}', '\u{10857}'),
    ('\u{1091f}', '\u{1091f}'),
    ('\u{1093f}', '\u{1093f}'),
    ('\u{10a50}', '\u{10a58}'),
    ('\u{10a7f}', '\u{10a7f}'),
    ('\u{10b39}', '\u{10b3f}'),
    ('\u{110bb}', '\u{110bc}'),
    ('\u{110be}', '\u{110c1}'),
    ('\u{12470}', '\u{12473}'),
];

/// Whether characters beyond ASCII open and close.
static BRACKETS: LazyLock<HashMap<char, (bool, bool)>> = LazyLock::new(|| {
    let mut brackets: HashMap<char, (bool, bool)> = HashMap::new();
    for (open, close) in PAIRS {
        brackets.entry(*open).or_default().0 = true;
        for close in close.chars() {
            brackets.entry(close).or_default().1 = true;
        }
    }
    brackets
});

fn is_delimiter(character: char) -> bool {
    let place = DELIMITERS.partition_point(|(_, last)| *last < character);
    DELIMITERS
        .get(place)
        .is_some_and(|(first, _)| *first <= character)
}

/// Whether markup may begin after this character.
pub(super) fn may_precede(character: char) -> bool {
    if character.is_ascii() {
        is_space(character) || "-/:'\"([{<".contains(character)
    } else {
        let opens = BRACKETS.get(&character).is_some_and(|(opens, _)| *opens);
        is_space(character) || opens || is_delimiter(character)
    }
}

/// Whether markup may end before this text.
pub(super) fn may_follow(text: &str) -> bool {
    let Some(character) = text.chars().next() else {
        return true;
    };
    if character.is_ascii() {
        is_space(character) || character == ESCAPE || "-/:.,;!?'\")]}>\\".contains(character)
    } else {
        let closes = BRACKETS.get(&character).is_some_and(|(_, closes)| *closes);
        is_space(character) || closes || is_delimiter(character)
    }
}

/// Whether one character opens what the other closes, so that nothing between them is markup.
pub(super) fn is_pair(open: char, close: char) -> bool {
    let mut pairs = PAIRS.iter();
    pairs.any(|(first, closing)| *first == open && closing.contains(close))
}
