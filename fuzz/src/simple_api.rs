//! Targets of `tilsit-simple-api`: pages in both forms, lists, the `Accept` header, the answer of
//! a search, tokens, the upload form.

use tilsit_simple_api::search::SearchAnswer;
use tilsit_simple_api::tokens::{CredentialAbout, MadeToken, Problem, TokenList, TokenWish};
use tilsit_simple_api::upload::UploadForm;
use tilsit_simple_api::{
    ApiVersion, ProjectPage, list_to_html, list_to_json, negotiate, parse_html, parse_json,
    parse_list_html, parse_list_json, to_html, to_json,
};

/// A project's page as JSON: what is read is written and read back as the same.
pub fn simple_json_page(data: &[u8]) {
    let url = "https://index.example/simple/flask/"
        .parse()
        .expect("it is a URL");
    let Ok(mut page) = parse_json(data, Some(&url)) else {
        return;
    };
    check_files(&page);
    page.unusable.clear();
    let written = to_json(&page);
    let mut read = parse_json(&written, Some(&url)).expect("what is written is read");
    read.api_version = page.api_version;
    assert_eq!(read, page);
    assert_eq!(to_json(&read), written);
}

/// A project's page as HTML: every file that is read has a usable URL; what is written is read back.
pub fn simple_html_page(data: &[u8]) {
    let url = "https://index.example/simple/flask/"
        .parse()
        .expect("it is a URL");
    let Ok(page) = parse_html(data, &url) else {
        return;
    };
    check_files(&page);
    let written = to_html(&page);
    let mut base = page.base.clone().expect("a page that was read has a base");
    base.set_query(None);
    let read = parse_html(&written, &base).expect("what is written is read");
    assert_eq!(read.api_version, ApiVersion::HTML);
    assert_eq!(read.files.len(), page.files.len());
    for (read, file) in read.files.iter().zip(&page.files) {
        assert_eq!((&read.name, &read.yanked), (&file.name, &file.yanked));
        assert_eq!(read.hashes.sha256, file.hashes.sha256);
    }
}

fn check_files(page: &ProjectPage) {
    for file in &page.files {
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\0']));
        if let Ok(url) = page.file_url(file) {
            assert!(matches!(url.scheme(), "http" | "https"));
        }
    }
}

/// The list of all projects, in both forms.
pub fn project_list(data: &[u8]) {
    let url = "https://index.example/simple/"
        .parse()
        .expect("it is a URL");
    if let Ok(list) = parse_list_json(data) {
        let read = parse_list_json(&list_to_json(&list)).expect("what is written is read");
        assert_eq!(read, list);
    }
    if let Ok(list) = parse_list_html(data, &url) {
        let read = parse_list_html(&list_to_html(&list), &url).expect("what is written is read");
        assert_eq!(read.projects, list.projects);
    }
}

/// An `Accept` header: what is picked is acceptable on its own.
pub fn accept_header(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(media_type) = negotiate(Some(text)) {
        assert_eq!(negotiate(Some(media_type.as_str())), Ok(media_type));
    }
}

/// An upload form, as lines `name=value`: a form that is taken is sent and taken again as the same.
pub fn upload_form(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(form) = UploadForm::from_fields(text.lines().filter_map(|line| line.split_once('=')))
    else {
        return;
    };
    assert_eq!(UploadForm::from_fields(form.fields()), Ok(form.clone()));
}

/// What an index's search answers: what is read is written and read back as the same.
pub fn search_answer(data: &[u8]) {
    if let Ok(answer) = SearchAnswer::from_json(data) {
        let written = serde_json::to_vec(&answer).expect("an answer is plain data");
        assert_eq!(SearchAnswer::from_json(&written), Ok(answer));
    }
}

/// What is said about tokens, by either side: what is read is written and read back as the same, and
/// no error repeats what could be a secret.
pub fn token_json(data: &[u8]) {
    const PLAIN: &str = "it is plain data";
    if let Ok(wish) = TokenWish::from_json(data) {
        let json = serde_json::to_vec(&wish).expect(PLAIN);
        assert_eq!(TokenWish::from_json(&json), Ok(wish));
    }
    if let Ok(about) = CredentialAbout::from_json(data) {
        let json = serde_json::to_vec(&about).expect(PLAIN);
        assert_eq!(CredentialAbout::from_json(&json), Ok(about));
    }
    if let Ok(list) = TokenList::from_json(data) {
        let json = serde_json::to_vec(&list).expect(PLAIN);
        assert_eq!(TokenList::from_json(&json), Ok(list));
    }
    if let Some(problem) = Problem::from_json(data) {
        let json = serde_json::to_vec(&problem).expect(PLAIN);
        assert_eq!(Problem::from_json(&json), Some(problem));
    }
    match MadeToken::from_json(data) {
        Ok(made) => {
            let json = serde_json::to_vec(&made).expect(PLAIN);
            assert_eq!(MadeToken::from_json(&json), Ok(made));
        }
        Err(error) => {
            let words = error.to_string();
            assert!(words.starts_with("it is not JSON (") || words.starts_with("a key is "));
        }
    }
}
