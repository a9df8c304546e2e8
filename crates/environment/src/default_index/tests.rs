//! The forms that pip has had since version 1, with `index.example` as the host.

use super::{from_option_source, from_source};

const JOIN: &str = "        self.simple_url = self._url_for_path('simple')\n\
                    \x20       self.pypi_url = self._url_for_path('pypi')\n";

#[test]
fn reads_each_form_of_the_index_module() {
    let cases = [
        // pip 9 to 18.0
        (
            "class Index(object):\n        self.simple_url = self.url_to_path('simple')\n\n\n\
             PyPI = Index('https://index.example/')\n"
                .to_owned(),
            Some("https://index.example/simple"),
        ),
        // pip 18.1 to 21.2
        (
            format!(
                "{JOIN}\nPyPI = PackageIndex(\n    'https://index.example/', \
                 file_storage_domain='files.index.example'\n)\nTestPyPI = PackageIndex(\n    \
                 'https://test.index.example/', file_storage_domain='x'\n)\n"
            ),
            Some("https://index.example/simple"),
        ),
        // pip 21.3 to the newest: double quotes, one line
        (
            "        self.simple_url = self._url_for_path(\"simple\")\n\
             TestPyPI = PackageIndex(\"https://test.index.example/\")\n\
             PyPI = PackageIndex(\"https://index.example/\", file_storage_domain=\"f\")\n"
                .to_owned(),
            Some("https://index.example/simple"),
        ),
        // forms that a later pip or a distribution's patch could take
        (
            format!(
                "{JOIN}PyPI: PackageIndex = PackageIndex(\n    url='https://index.example:8443/team/main/+simple/',\n)\n"
            ),
            Some("https://index.example:8443/team/main/+simple/simple"),
        ),
        (format!("{JOIN}PyPI = PackageIndex(make_url())\n"), None),
        (
            format!("{JOIN}PyPI = PackageIndex('ftp://index.example/')\n"),
            None,
        ),
        (
            format!("{JOIN}PyPI = PackageIndex('https://a:b@index.example/')\n"),
            None,
        ),
        (format!("{JOIN}PyPI = PackageIndex('https:///')\n"), None),
        (
            format!("{JOIN}PyPIs = Index('https://index.example/')\n"),
            None,
        ),
        ("PyPI = Index('https://index.example/')\n".to_owned(), None),
        (String::new(), None),
    ];
    for (text, expected) in cases {
        assert_eq!(from_source(&text).as_deref(), expected, "{text}");
    }
}

#[test]
fn reads_each_form_of_the_option() {
    let cases = [
        // pip 1.4 to 6
        (
            "index_url = OptionMaker(\n    '-i', '--index-url', '--pypi-url',\n    \
             dest='index_url',\n    metavar='URL',\n    \
             default='https://index.example/simple/',\n    help='Base URL')\n",
            Some("https://index.example/simple/"),
        ),
        (
            "partial(Option, \"--index-url\", default=\"http://index.example/simple\")",
            Some("http://index.example/simple"),
        ),
        // pip 8 and later name the other module here
        ("'-i', '--index-url',\n default=PyPI.simple_url,\n", None),
        // the default of the next option is not this one's
        (
            "'--index-url', help='x')\n'--extra-index-url', default='https://extra.example/'\n",
            None,
        ),
        (
            "'--extra-index-url', default='https://extra.example/'",
            None,
        ),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(from_option_source(text).as_deref(), expected, "{text}");
    }
}
