//! `/project/<project>/` and `/project/<project>/<version>/`: one release for people.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use tilsit_index_store::{Audience, FileRecord, IndexStore, ReleaseRecord, file_url};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api as simple_api;
use tilsit_simple_api::ProjectState;
use tilsit_simple_api::upload::FileType;

use crate::access;
use crate::application::Application;
use crate::headers;
use crate::matrix::matrix;
use crate::response::{Failure, Refusal};
use crate::site::Site;
use crate::templates::{
    self, EmptyProjectPage, Link, ListedFile, ProjectPage, ShownDependency, UsedBy, day, page,
};

/// `/project/Name` is `/project/name/`.
pub(crate) async fn add_slash(Path(project): Path<String>) -> Result<Response, Failure> {
    let name = parse(&project)?;
    Ok(moved(&format!("{name}/")))
}

/// `/project/name/1.0` is `/project/name/1.0/`.
pub(crate) async fn add_slash_to_version(
    Path((project, version)): Path<(String, String)>,
) -> Result<Response, Failure> {
    parse(&project)?;
    let version: Version = version.parse().map_err(|_| no_release(&version))?;
    Ok(moved(&format!("{version}/")))
}

/// The newest release of a project.
pub(crate) async fn show_latest(
    State(application): State<Application>,
    Path(project): Path<String>,
    site: Site,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    show(&application, (&site.to_string(), &headers), &project, None).await
}

/// A certain release of a project.
pub(crate) async fn show_version(
    State(application): State<Application>,
    Path((project, version)): Path<(String, String)>,
    site: Site,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    show(
        &application,
        (&site.to_string(), &headers),
        &project,
        Some(&version),
    )
    .await
}

async fn show(
    application: &Application,
    (url, headers): (&str, &HeaderMap),
    project: &str,
    version: Option<&str>,
) -> Result<Response, Failure> {
    let name = parse(project)?;
    if name.as_str() != project {
        let up = if version.is_some() { "../../" } else { "../" };
        let rest = version
            .map(|version| format!("{version}/"))
            .unwrap_or_default();
        return Ok(moved(&format!("{up}{name}/{rest}")));
    }
    let missing = || Refusal::not_found(format!("There is no project “{name}” here."));
    let store = &application.store;
    let own = store.project_reading(&name).await?;
    access::check(application, headers, &name, own).await?;
    let stored = store.page(&name).await?.ok_or_else(missing)?;
    let listed = tilsit_simple_api::parse_json(stored.json.as_bytes(), None)
        .map_err(|error| Failure::internal(format!("a stored page cannot be read: {error}")))?;
    let versions = versions(&listed);
    let Some(newest) = newest(&versions) else {
        if let Some(version) = version {
            return Err(no_release(version).into());
        }
        return page(&EmptyProjectPage {
            root: "../../",
            name: name.as_str(),
            status: status(&listed),
        });
    };
    let wanted = match version {
        None => newest.clone(),
        Some(text) => text.parse().map_err(|_| no_release(text))?,
    };
    let release = store
        .release(&name, &wanted)
        .await?
        .ok_or_else(|| no_release(&wanted.to_string()))?;
    let view = View {
        name: &name,
        versions: &versions,
        newest,
        wanted: &wanted,
        release: &release,
        root: if version.is_some() {
            "../../../"
        } else {
            "../../"
        },
        url,
        status: status(&listed),
        audience: access::audience(application, headers).await?,
    };
    let mut response = page(&render(store, &view).await?)?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, headers::PROJECT_POLICY);
    Ok(response)
}

/// Everything that a release's page is made from.
struct View<'a> {
    name: &'a ProjectName,
    /// The oldest first.
    versions: &'a [Version],
    newest: &'a Version,
    wanted: &'a Version,
    release: &'a ReleaseRecord,
    root: &'static str,
    url: &'a str,
    status: Option<(String, String)>,
    /// Who looks at it.
    audience: Audience,
}

/// So many dependencies are looked up; more are shown without a link.
const LOOKED_UP_MAX: usize = 100;

/// A longer list of files is folded when a matrix shows the wheels.
const FILES_OPEN_MAX: usize = 12;
/// So many projects that use a project are named.
const USERS_SHOWN_MAX: usize = 20;
/// So many are counted; beyond, the page says that there are more.
const USERS_COUNTED_MAX: usize = 100;

/// The projects here that use the project, as far as they may be seen.
async fn used_by(store: &IndexStore, view: &View<'_>) -> Result<UsedBy, Failure> {
    let limit = u32::try_from(USERS_COUNTED_MAX + 1).unwrap_or(u32::MAX);
    let mut projects = store.dependents(view.name, view.audience, limit).await?;
    let count = projects.len();
    projects.truncate(USERS_SHOWN_MAX);
    let others = match count.saturating_sub(USERS_SHOWN_MAX) {
        0 => None,
        _ if count > USERS_COUNTED_MAX => {
            let others = USERS_COUNTED_MAX - USERS_SHOWN_MAX;
            Some(format!("and more than {others} others"))
        }
        1 => Some("and 1 other".to_owned()),
        others => Some(format!("and {others} others")),
    };
    Ok(UsedBy { projects, others })
}

/// What the release requires; what is here, and may be seen, is linked.
async fn dependencies(
    store: &IndexStore,
    view: &View<'_>,
    metadata: &CoreMetadata,
) -> Result<Vec<ShownDependency>, Failure> {
    let mut shown = Vec::with_capacity(metadata.requires_dist.len());
    for (number, requirement) in metadata.requires_dist.iter().enumerate() {
        let is_here =
            number < LOOKED_UP_MAX && store.is_visible(&requirement.name, view.audience).await?;
        shown.push(ShownDependency {
            text: requirement.to_string(),
            name: is_here.then(|| requirement.name.to_string()),
        });
    }
    Ok(shown)
}

async fn render(store: &IndexStore, view: &View<'_>) -> Result<ProjectPage, Failure> {
    let (metadata, _) = CoreMetadata::parse(view.release.core_metadata.as_bytes())
        .map_err(|error| Failure::internal(format!("stored metadata cannot be read: {error}")))?;
    let people = store.people(view.name).await?;
    let files = store.release_files(view.name, view.wanted).await?;
    let is_newest = view.wanted == view.newest;
    let matrix = matrix(files.iter().map(|file| &*file.file_name));
    let description = description(&metadata).await?;
    let note = description
        .as_ref()
        .and_then(|rendered| rendered.note.as_ref());
    Ok(ProjectPage {
        root: view.root,
        url: view.url.to_owned(),
        name: metadata.name().to_owned(),
        normalized_name: view.name.to_string(),
        version: view.release.version.clone(),
        requirement: if is_newest {
            view.name.to_string()
        } else {
            format!("{}=={}", view.name, view.wanted)
        },
        summary: metadata.summary.clone(),
        newer: (!is_newest && view.wanted < view.newest).then(|| view.newest.to_string()),
        status: view.status.clone(),
        yanks: yanks(&files),
        folds: matrix.is_some() && files.len() > FILES_OPEN_MAX,
        matrix,
        files: files.iter().map(listed).collect(),
        description: description.as_ref().map(|rendered| usable(&rendered.html)),
        note: note.map(ToString::to_string).unwrap_or_default(),
        facts: facts(&metadata),
        links: links(&metadata),
        dependencies: dependencies(store, view, &metadata).await?,
        used_by: used_by(store, view).await?,
        people: people
            .into_iter()
            .map(|(name, role)| (name, role.as_str()))
            .collect(),
        releases: view
            .versions
            .iter()
            .rev()
            .map(ToString::to_string)
            .collect(),
    })
}

/// The versions on a page, the oldest first.
pub(crate) fn versions(page: &simple_api::ProjectPage) -> Vec<Version> {
    let versions = page.versions.iter();
    let mut versions: Vec<Version> = versions
        .filter_map(|version| version.parse().ok())
        .collect();
    versions.sort();
    versions
}

/// A status that readers should know of, and its reason.
fn status(page: &simple_api::ProjectPage) -> Option<(String, String)> {
    let state = &page.status.state;
    let reason = page.status.reason.clone().unwrap_or_default();
    (*state != ProjectState::Active).then(|| (state.as_str().to_owned(), reason))
}

/// The newest final release; the newest of all when there is none.
pub(crate) fn newest(versions: &[Version]) -> Option<&Version> {
    let newest_final = versions.iter().rfind(|version| !version.is_prerelease());
    newest_final.or_else(|| versions.last())
}

/// A description as rendered, made usable for everybody: anchors of headings, which are links without a
/// text, are out of the way of screen readers and the keyboard; wide code can be scrolled with the
/// keyboard; boxes of task lists have a name. The language of code is no language of people.
///
/// What is replaced cannot stand in a text or an attribute of foreign origin, where `<` or `"` is
/// escaped; `<pre>` can in an attribute, so what it becomes has no quotes.
fn usable(html: &str) -> String {
    const REPLACED: [(&str, &str); 5] = [
        (
            "\" rel=\"nofollow\"></a>",
            "\" rel=\"nofollow\" aria-hidden=\"true\" tabindex=\"-1\"></a>",
        ),
        ("<pre>", "<pre tabindex=0>"),
        ("<pre class=\"", "<pre tabindex=\"0\" class=\""),
        ("<pre lang=\"", "<pre tabindex=\"0\" data-lang=\""),
        (
            "<input type=\"checkbox\"",
            "<input aria-label=\"done\" type=\"checkbox\"",
        ),
    ];
    let replace = |html: String, (from, to): &(&str, &str)| html.replace(from, to);
    REPLACED.iter().fold(html.to_owned(), replace)
}

/// The description as clean HTML, rendered on a thread where it may take its time.
async fn description(metadata: &CoreMetadata) -> Result<Option<tilsit_readme::Rendered>, Failure> {
    let Some(text) = metadata.description.clone() else {
        return Ok(None);
    };
    let content_type = metadata.description_content_type.as_ref();
    let content_type = content_type.map(ToString::to_string);
    let render = move || tilsit_readme::render(&text, content_type.as_deref());
    let rendered = tokio::task::spawn_blocking(render).await;
    let rendered = rendered.map_err(|_| Failure::internal("a description was given up"))?;
    Ok(Some(rendered))
}

fn yanks(files: &[FileRecord]) -> String {
    let mut reasons: Vec<&str> = files
        .iter()
        .filter_map(|file| file.yanked.as_deref())
        .map(|reason| {
            if reason.is_empty() {
                "no reason is given"
            } else {
                reason
            }
        })
        .collect();
    reasons.dedup();
    reasons.join("; ")
}

fn listed(file: &FileRecord) -> ListedFile {
    ListedFile {
        url: file_url(&file.sha256, &file.file_name),
        name: file.file_name.clone(),
        sha256: file.sha256.to_string(),
        target: match file.kind {
            FileType::Sdist => "Source".to_owned(),
            FileType::Wheel => tags(&file.file_name),
        },
        size: templates::size(file.size_bytes),
        date: day(file.uploaded),
    }
}

/// The tags in a wheel's name: its last three parts.
fn tags(file_name: &str) -> String {
    let stem = file_name.strip_suffix(".whl").unwrap_or(file_name);
    let parts: Vec<&str> = stem.rsplitn(4, '-').take(3).collect();
    parts.into_iter().rev().collect::<Vec<_>>().join("-")
}

fn facts(metadata: &CoreMetadata) -> Vec<(&'static str, String)> {
    let license = metadata
        .license_expression
        .as_ref()
        .map(ToString::to_string)
        .or_else(|| metadata.license.clone().filter(|text| text.len() <= 100));
    let author = metadata
        .author
        .clone()
        .or_else(|| metadata.author_email.clone());
    let extras: Vec<String> = metadata
        .provides_extra
        .iter()
        .map(ToString::to_string)
        .collect();
    [
        (
            "Python",
            metadata.requires_python.as_ref().map(ToString::to_string),
        ),
        ("License", license),
        ("Author", author),
        ("Extras", (!extras.is_empty()).then(|| extras.join(", "))),
        (
            "Keywords",
            (!metadata.keywords.is_empty()).then(|| metadata.keywords.join(", ")),
        ),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

/// Only links of the web: a `javascript:` URL must not become one.
fn links(metadata: &CoreMetadata) -> Vec<Link> {
    let home = metadata.home_page.iter().map(|url| ("Home page", url));
    let named = metadata
        .project_urls
        .iter()
        .map(|(label, url)| (label.as_str(), url));
    home.chain(named)
        .filter(|(_, url)| url.starts_with("https://") || url.starts_with("http://"))
        .map(|(label, url)| Link {
            label: label.to_owned(),
            url: url.clone(),
        })
        .collect()
}

fn parse(project: &str) -> Result<ProjectName, Refusal> {
    project
        .parse()
        .map_err(|_| Refusal::not_found(format!("“{project}” cannot be a project's name.")))
}

fn no_release(version: &str) -> Refusal {
    Refusal::not_found(format!("There is no release “{version}” of this project."))
}

fn moved(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::MOVED_PERMANENTLY, [(LOCATION, location)]).into_response(),
        Err(_) => Failure::from(Refusal::not_found("there is no such page here")).into_response(),
    }
}
