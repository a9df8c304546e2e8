//! The index as a tree of files that any web server can serve, and clients read from disk.
//!
//! Files come first, then the pages that list them, then the list of all projects; what is gone is
//! removed after that. Each page is written beside and renamed. So whoever reads the tree meanwhile
//! never finds a link that leads nowhere, save of what is just being deleted. Pages whose serial is
//! that of the list before are left as they are.
//!
//! | path | what |
//! |---|---|
//! | `tilsit-export.json` | marks the tree as one of ours: another folder is never written to |
//! | `simple/index.html`, `simple/index.json` | all projects |
//! | `simple/<project>/index.html`, `index.json` | one project, with links that are relative |
//! | `files/aa/bb/<sha256>/<file name>` | the files, with metadata beside wheels |

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tilsit_files::{Durability, FileError, FileKind, LinkMode, check_relative, write_atomic};
use tilsit_index_store::{Audience, IndexStore, Placed, ProjectSerial, StoreError, StoredPage};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::{
    File, JsonPageError, ListedProject, ProjectList, ProjectPage, list_to_html, list_to_json,
    parse_json, parse_list_json, to_html,
};

pub(super) const MARKER: &str = "tilsit-export.json";
pub(super) const SIMPLE: &str = "simple";
pub(super) const PAGE_JSON: &str = "index.json";
const PAGE_HTML: &str = "index.html";
const FILES: &str = "files";
/// A tree where everything was done, and one where something may be left over.
const FINISHED: &[u8] = b"{\"format\": 1, \"finished\": true}\n";
const UNFINISHED: &[u8] = b"{\"format\": 1, \"finished\": false}\n";
/// So often a page is read again when its files are deleted meanwhile.
const ATTEMPTS: usize = 5;

/// What is exported, and how.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// The tree's folder, an absolute path: new, empty, or of an export before.
    pub folder: PathBuf,
    /// Whether what not everybody may read is exported too.
    pub everything: bool,
    /// How files get there.
    pub link_mode: LinkMode,
}

/// What an export did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// How many projects the tree has.
    pub projects: usize,
    /// How many pages are new or changed.
    pub pages_written: usize,
    /// How many files, metadata not counted, were not there before.
    pub files_placed: usize,
    /// How many projects are there no more.
    pub projects_removed: usize,
    /// How many files, metadata counted too, are there no more.
    pub files_removed: usize,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The index fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder holds other things.
    #[error("the folder `{}` is not empty, and no export", .0.display())]
    NotOurs(PathBuf),
    /// A page makes no sense.
    #[error("the page of `{project}` cannot be read")]
    Page {
        /// The project.
        project: String,
        /// Why not.
        source: JsonPageError,
    },
    /// A file that is listed is not in the index's folder.
    #[error("the file `{file}` of `{project}` is not in the index's folder")]
    Missing {
        /// The project.
        project: String,
        /// The file.
        file: String,
    },
    /// The callback said to stop.
    #[error("stopped before everything was exported; begun again, the export goes on")]
    Stopped,
}

/// Writes or renews a tree. The callback is called after each project, with how many there are.
///
/// # Errors
/// When the index cannot be read or the tree not written, the folder holds something else, or the
/// callback stops it.
pub async fn export(
    store: &IndexStore,
    options: &ExportOptions,
    on_project: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<ExportReport, ExportError> {
    let tree = Tree::open(&options.folder)?;
    let earlier = tree.listed();
    let serial = store.last_serial().await?;
    let mut projects = exported_projects(store, options.everything).await?;
    let mut report = ExportReport::default();
    let mut gone: HashSet<String> = HashSet::new();
    for project in &projects {
        let is_current =
            earlier.get(&project.name) == Some(&project.serial) && tree.has_page(&project.name)?;
        if !is_current {
            tree.begin_change()?;
            match write_project(store, &tree, project, options.link_mode).await? {
                Some(placed) => {
                    report.files_placed += placed;
                    report.pages_written += 1;
                }
                None => {
                    gone.insert(project.name.clone());
                }
            }
        }
        if on_project(projects.len()).is_break() {
            return Err(ExportError::Stopped);
        }
    }
    projects.retain(|project| !gone.contains(&project.name));
    report.projects = projects.len();
    tree.write_list(serial, &projects)?;
    let names: HashSet<&str> = projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    report.projects_removed = tree.remove_projects(&names)?;
    if !tree.is_finished()? {
        report.files_removed = tree.remove_files()?;
        write_atomic(tree.path(MARKER), FINISHED, Durability::Synced)?;
    }
    Ok(report)
}

/// What everybody may read, or all there is.
async fn exported_projects(
    store: &IndexStore,
    everything: bool,
) -> Result<Vec<ProjectSerial>, StoreError> {
    if everything {
        return store.all_projects().await;
    }
    let default = store.settings().await?.reading;
    let everybody = Audience {
        user: None,
        default,
    };
    store.visible_projects(everybody).await
}

/// Puts a project's files and then its page into the tree; gives how many files are new, and none
/// when the project was deleted since it was listed.
async fn write_project(
    store: &IndexStore,
    tree: &Tree<'_>,
    project: &ProjectSerial,
    mode: LinkMode,
) -> Result<Option<usize>, ExportError> {
    let name: ProjectName = project.name.parse().map_err(|_| StoreError::Corrupt {
        what: "a project's name",
        value: project.name.clone(),
    })?;
    let mut missing = String::new();
    for _ in 0..ATTEMPTS {
        let Some(stored) = store.page(&name).await? else {
            return Ok(None);
        };
        let page = readable(&project.name, &stored)?;
        match place_files(store, tree, &page, mode).await? {
            PlacedFiles::All(count) => {
                tree.write_page(&project.name, &stored.json, &page)?;
                return Ok(Some(count));
            }
            PlacedFiles::Missing(file) => missing = file,
        }
    }
    Err(ExportError::Missing {
        project: project.name.clone(),
        file: missing,
    })
}

fn readable(project: &str, stored: &StoredPage) -> Result<ProjectPage, ExportError> {
    parse_json(stored.json.as_bytes(), None).map_err(|source| ExportError::Page {
        project: project.to_owned(),
        source,
    })
}

enum PlacedFiles {
    All(usize),
    /// This file is gone since the page was read.
    Missing(String),
}

async fn place_files(
    store: &IndexStore,
    tree: &Tree<'_>,
    page: &ProjectPage,
    mode: LinkMode,
) -> Result<PlacedFiles, StoreError> {
    let mut count = 0;
    for file in &page.files {
        match place_file(store, tree, file, mode).await? {
            Placed::New => count += 1,
            Placed::AlreadyThere => {}
            Placed::Missing => return Ok(PlacedFiles::Missing(file.name.to_string())),
        }
    }
    Ok(PlacedFiles::All(count))
}

/// The metadata, if there is some, and then the file.
async fn place_file(
    store: &IndexStore,
    tree: &Tree<'_>,
    file: &File,
    mode: LinkMode,
) -> Result<Placed, StoreError> {
    let (Some(sha256), Some(relative)) = (file.hashes.sha256, below_root(&file.url)) else {
        return Ok(Placed::Missing);
    };
    let blob = (&sha256, &*file.name);
    if file.core_metadata.is_available() {
        let beside = tree.path(&format!("{relative}.metadata"));
        let placed = store.blobs().place_metadata(blob, (&beside, mode)).await?;
        if placed == Placed::Missing {
            return Ok(Placed::Missing);
        }
    }
    let to = tree.path(relative);
    store
        .blobs()
        .place(blob, file.size_bytes, (&to, mode))
        .await
}

/// A file's path in the tree, from the link on its project's page.
fn below_root(url: &str) -> Option<&str> {
    let relative = url.strip_prefix("../../")?;
    check_relative(relative).ok().map(|()| relative)
}

/// A folder with an exported tree.
struct Tree<'a> {
    root: &'a Path,
}

impl<'a> Tree<'a> {
    fn open(root: &'a Path) -> Result<Self, ExportError> {
        tilsit_files::create_dir_all(root)?;
        let tree = Self { root };
        if !tilsit_files::exists(tree.path(MARKER))? {
            if !tilsit_files::read_dir(root)?.is_empty() {
                return Err(ExportError::NotOurs(root.to_path_buf()));
            }
            write_atomic(tree.path(MARKER), UNFINISHED, Durability::Synced)?;
        }
        tilsit_files::create_dir_all(tree.path(SIMPLE))?;
        tilsit_files::create_dir_all(tree.path(FILES))?;
        Ok(tree)
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    fn page_path(&self, project: &str, file: &str) -> PathBuf {
        self.root.join(SIMPLE).join(project).join(file)
    }

    /// The serials of the list before; none when there is no list that can be read.
    fn listed(&self) -> BTreeMap<String, u64> {
        let list = tilsit_files::read(self.root.join(SIMPLE).join(PAGE_JSON));
        let list = list.ok().and_then(|body| parse_list_json(&body).ok());
        let projects = list.map(|list| list.projects).unwrap_or_default();
        let serials = projects
            .into_iter()
            .filter_map(|project| Some((project.name.into(), project.last_serial?)));
        serials.collect()
    }

    fn has_page(&self, project: &str) -> Result<bool, FileError> {
        Ok(tilsit_files::exists(self.page_path(project, PAGE_JSON))?
            && tilsit_files::exists(self.page_path(project, PAGE_HTML))?)
    }

    fn is_finished(&self) -> Result<bool, FileError> {
        Ok(tilsit_files::read(self.path(MARKER))? == FINISHED)
    }

    /// From here on something may be left over, should the export be cut.
    fn begin_change(&self) -> Result<(), FileError> {
        if self.is_finished()? {
            write_atomic(self.path(MARKER), UNFINISHED, Durability::Synced)?;
        }
        Ok(())
    }

    fn write_page(&self, project: &str, json: &str, page: &ProjectPage) -> Result<(), FileError> {
        tilsit_files::create_dir_all(self.root.join(SIMPLE).join(project))?;
        let html = self.page_path(project, PAGE_HTML);
        write_atomic(html, to_html(page), Durability::Fast)?;
        let path = self.page_path(project, PAGE_JSON);
        write_atomic(path, json.as_bytes(), Durability::Fast)
    }

    fn write_list(&self, serial: u64, projects: &[ProjectSerial]) -> Result<(), FileError> {
        let listed = projects.iter().map(|project| ListedProject {
            name: project.name.as_str().into(),
            last_serial: Some(project.serial),
        });
        let mut list = ProjectList::new(listed.collect());
        list.last_serial = Some(serial);
        let simple = self.path(SIMPLE);
        let html = simple.join(PAGE_HTML);
        write_atomic(html, list_to_html(&list), Durability::Synced)?;
        let json = simple.join(PAGE_JSON);
        write_atomic(json, list_to_json(&list), Durability::Synced)
    }

    /// Removes the pages of projects that are not among `names`.
    fn remove_projects(&self, names: &HashSet<&str>) -> Result<usize, FileError> {
        let mut removed = 0;
        for entry in tilsit_files::read_dir(self.path(SIMPLE))? {
            let is_listed = entry.name.to_str().is_some_and(|name| names.contains(name));
            if entry.kind == FileKind::Folder && !is_listed {
                self.begin_change()?;
                tilsit_files::remove_dir_all(&entry.path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes the files that no page names, and folders that are empty then.
    fn remove_files(&self) -> Result<usize, ExportError> {
        let mut named: HashSet<PathBuf> = HashSet::new();
        for entry in tilsit_files::read_dir(self.path(SIMPLE))? {
            if entry.kind != FileKind::Folder {
                continue;
            }
            let body = tilsit_files::read(entry.path.join(PAGE_JSON))?;
            let page = parse_json(&body, None).map_err(|source| ExportError::Page {
                project: entry.name.to_string_lossy().into_owned(),
                source,
            })?;
            for file in &page.files {
                if let Some(relative) = below_root(&file.url) {
                    named.insert(self.path(relative));
                    named.insert(self.path(&format!("{relative}.metadata")));
                }
            }
        }
        let mut removed = 0;
        // From the inside out, so that a folder comes after what it holds.
        for entry in tilsit_files::walk(self.path(FILES))?.iter().rev() {
            if entry.kind == FileKind::Folder {
                if tilsit_files::read_dir(&entry.path)?.is_empty() {
                    tilsit_files::remove_dir(&entry.path)?;
                }
            } else if !named.contains(&entry.path) {
                tilsit_files::remove_file(&entry.path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}
