//! The one pass against ammonia: what it takes is the same to the byte, and what only a parser knows it
//! declines.

use proptest::prelude::*;

use super::super::clean_with_parser;
use super::*;

#[test]
fn what_it_takes() {
    for html in [
        "",
        "text & more".replace(" & ", " &amp; ").as_str(),
        "<p>a <em>b</em> <code class=\"x\">c</code></p>\n",
        "<div class=\"admonition note\"><p class=\"admonition-title\">Note</p>\n<p>x</p></div>",
        "<a class=\"reference external\" href=\"https://index.example/?a=1&amp;b=2\">x</a>",
        "<a href=\"javascript:x()\">x</a><a href=\"#id\" id=\"q\">y</a><a href=\"http://[::\">z</a>",
        "<a href=\"mailto:a@index.example\">&quot;x&quot; &gt; >\u{a0}é\u{c2}</a>",
        "<img alt=\"&quot;a&quot; < b > c\" src=\"a.png\" style=\"width: 3em\" />",
        "<main id=\"a\"><section><h1>t</h1><pre>\n\nx\n</pre></section></main>",
        "<table class=\"d\">\n<caption>c <p>x</p></caption><colgroup>\n<col style=\"w\" />\n</colgroup>\n\
         <thead>\n<tr><th class=\"head\"><p>a</p></th></tr></thead><tbody><tr>\n<td>b<ul><li>c</li></ul></td>\
         </tr></tbody></table>",
        "<dl><dt>a</dt><dd><p>b</p><dl><dt>c</dt></dl></dd></dl><!-- gone --><hr class=\"x\">",
        "<b><b><b><b><div>x</div></b></b></b></b><br>",
        "<p><a href=\"x\">1</a><a href=\"y\">2</a></p>",
    ] {
        let cleaned = clean(html);
        assert_eq!(
            cleaned.as_deref(),
            Some(clean_with_parser(html).as_str()),
            "{html}"
        );
    }
}

#[test]
fn what_it_declines() {
    for html in [
        "<p>a",
        "<p><div></div></p>",
        "<p><span><p>x</p></span></p>",
        "<b><i></b></i>",
        "<a><span><a>x</a></span></a>",
        "<h1><em><h2></h2></em></h1>",
        "<li>x</li>",
        "<ul><li><li></li></li></ul>",
        "<table><tr><td>x</td></tr></table>",
        "<table>x</table>",
        "<table><tbody><tr><p>x</p></tr></tbody></table>",
        "<table><tbody><tr><td><tr></tr></td></tr></tbody></table>",
        "<div/>",
        "<script>x</script>",
        "<svg></svg>",
        "<custom>x</custom>",
        "<P>x</P>",
        "<p class=x>y</p>",
        "<p class=\"x\"id=\"y\">z</p>",
        "<p id=\"x\" id=\"y\">z</p>",
        "a & b",
        "&copy;",
        "&amp",
        "a < b",
        "\0",
        "a\r\nb",
        "<!-->x-->",
        "<!-- a -- b -->",
        "<p id=\"x",
        "</p>",
        "<input checked>",
    ] {
        assert_eq!(clean(html), None, "{html}");
    }
}

/// Pieces of which most joints are HTML.
const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<em>",
    "</em>",
    "<b>",
    "</b>",
    "<a href=\"x\">",
    "</a>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<tbody>",
    "</tbody>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<caption>",
    "</caption>",
    "<colgroup>",
    "</colgroup>",
    "<col>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<pre>",
    "</pre>",
    "<dl>",
    "</dl>",
    "<dt>",
    "</dt>",
    "<dd>",
    "</dd>",
    "<br>",
    "<hr>",
    "\n",
    "x",
    " ",
    "&lt;",
    "&quot;",
    "\u{a0}",
    "<main>",
    "</main>",
    "<code>",
    "</code>",
    "<!-- c -->",
    "<span class=\"k\">",
    "</span>",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
];

/// HTML in which everything is closed in order.
fn nested() -> impl Strategy<Value = String> {
    let names = prop::sample::select(ELEMENTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let text = prop::sample::select(vec!["", "x", "\n", "&amp;", " "]).prop_map(str::to_owned);
    text.prop_recursive(6, 40, 4, move |inner| {
        (names.clone(), prop::collection::vec(inner, 0..4)).prop_map(|(name, inside)| {
            let inside = inside.concat();
            match name {
                "br" | "hr" | "img" | "col" => format!("<{name}>{inside}"),
                _ => format!("<{name} class=\"c\">{inside}</{name}>"),
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_taken_is_what_a_parser_makes(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
        let html = pieces.concat();
        if let Some(cleaned) = clean(&html) {
            prop_assert_eq!(cleaned, clean_with_parser(&html));
        }
    }

    #[test]
    fn what_is_nested_too(html in nested()) {
        if let Some(cleaned) = clean(&html) {
            prop_assert_eq!(cleaned, clean_with_parser(&html));
        }
    }
}
