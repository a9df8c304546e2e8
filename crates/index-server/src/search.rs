//! The search index: a disposable copy of what the newest releases say of themselves.
//!
//! It lies in a folder of its own and follows the database by serial ([`feed`]). What cannot be
//! opened, or was written in another form, is made anew. One process writes; others that share the
//! folder read.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tantivy::directory::MmapDirectory;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TEXT, TextFieldIndexing,
    TextOptions, Value,
};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

pub(crate) mod feed;
mod query;

pub(crate) use query::{Answer, Question};

/// The form of the index; another number is another folder.
const FORM: &str = "search-1";
/// How much memory the writer takes before it writes a part.
const WRITER_BYTES: usize = 32 * 1024 * 1024;
/// The longest description that is indexed.
const DESCRIPTION_MAX_BYTES: usize = 200_000;

/// What went wrong in the search index.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchError {
    /// The index failed.
    #[error("the search index failed to {doing}")]
    Index {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: tantivy::TantivyError,
    },
    /// The folder cannot be made.
    #[error(transparent)]
    Folder(#[from] tilsit_files::FileError),
}

trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, SearchError>;
}

impl<T> Doing<T> for tantivy::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, SearchError> {
        self.map_err(|source| SearchError::Index { doing, source })
    }
}

/// What the index knows of a project: its newest release.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// The normalised name.
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) keywords: String,
    pub(crate) description: String,
    pub(crate) classifiers: Vec<String>,
    pub(crate) licence: Option<String>,
    pub(crate) updated_us: i64,
    /// What the project says of its readers; empty for as the index.
    pub(crate) reading: &'static str,
}

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
struct Fields {
    /// The normalised name: the key.
    name: Field,
    /// The same without its separators.
    joined: Field,
    /// The words of the name.
    words: Field,
    display_name: Field,
    version: Field,
    summary: Field,
    keywords: Field,
    description: Field,
    classifier: Field,
    python: Field,
    licence: Field,
    updated: Field,
    reading: Field,
}

impl Fields {
    fn of_schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let positions = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqs);
        let text = TextOptions::default().set_indexing_options(positions);
        let fields = Self {
            name: schema.add_text_field("name", STRING | STORED),
            joined: schema.add_text_field("joined", STRING),
            words: schema.add_text_field("words", text.clone()),
            display_name: schema.add_text_field("display_name", STORED),
            version: schema.add_text_field("version", STORED),
            summary: schema.add_text_field("summary", TEXT | STORED),
            keywords: schema.add_text_field("keywords", text.clone()),
            description: schema.add_text_field("description", text),
            classifier: schema.add_text_field("classifier", STRING | FAST),
            python: schema.add_text_field("python", STRING | FAST),
            licence: schema.add_text_field("licence", STRING | FAST),
            updated: schema.add_i64_field("updated", INDEXED | STORED | FAST),
            reading: schema.add_text_field("reading", STRING),
        };
        (schema.build(), fields)
    }
}

/// The search index of one server.
pub(crate) struct SearchIndex {
    fields: Fields,
    index: Index,
    reader: IndexReader,
    /// None when another process writes.
    writer: Option<Mutex<IndexWriter>>,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SearchIndex")
            .finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Opens the index below the data folder; makes it anew when it cannot be read.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub(crate) fn open(data: &Path) -> Result<Self, SearchError> {
        let folder = data.join(FORM);
        if let Ok(search) = Self::open_folder(&folder) {
            return Ok(search);
        }
        if tilsit_files::exists(&folder)? {
            tilsit_files::remove_dir_all(&folder)?;
        }
        Self::open_folder(&folder)
    }

    fn open_folder(folder: &PathBuf) -> Result<Self, SearchError> {
        tilsit_files::create_dir_all(folder)?;
        let (schema, fields) = Fields::of_schema();
        let directory = MmapDirectory::open(folder)
            .map_err(tantivy::TantivyError::from)
            .doing("open its folder")?;
        let index = Index::open_or_create(directory, schema).doing("open")?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::OnCommitWithDelay)
            .try_into()
            .doing("be read")?;
        let writer = match index.writer_with_num_threads(1, WRITER_BYTES) {
            Ok(writer) => Some(Mutex::new(writer)),
            Err(tantivy::TantivyError::LockFailure(..)) => None,
            Err(error) => return Err(error).doing("be written to"),
        };
        Ok(Self {
            fields,
            index,
            reader,
            writer,
        })
    }

    /// The serial up to which the index has seen all changes.
    ///
    /// # Errors
    /// When its head cannot be read.
    pub(crate) fn serial(&self) -> Result<u64, SearchError> {
        let metas = self.index.load_metas().doing("read its head")?;
        let text = metas.payload.unwrap_or_default();
        Ok(text.parse().unwrap_or(0))
    }

    /// Whether this process keeps the index.
    pub(crate) fn is_writer(&self) -> bool {
        self.writer.is_some()
    }

    /// Replaces what is known of these projects, and notes the serial. A project without an entry
    /// goes.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub(crate) fn update(
        &self,
        projects: &[(String, Option<Entry>)],
        serial: u64,
    ) -> Result<(), SearchError> {
        let Some(writer) = &self.writer else {
            return Ok(());
        };
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, entry) in projects {
            writer.delete_term(Term::from_field_text(self.fields.name, name));
            if let Some(entry) = entry {
                let document = self.document(entry);
                writer.add_document(document).doing("take a project")?;
            }
        }
        let mut commit = writer.prepare_commit().doing("prepare a change")?;
        commit.set_payload(&serial.to_string());
        commit.commit().doing("commit a change")?;
        self.reader.reload().doing("show a change")
    }

    fn document(&self, entry: &Entry) -> TantivyDocument {
        let fields = &self.fields;
        let mut document = TantivyDocument::default();
        let joined: String = entry.name.chars().filter(|c| c.is_alphanumeric()).collect();
        document.add_text(fields.name, &entry.name);
        document.add_text(fields.joined, joined);
        document.add_text(fields.words, &entry.name);
        document.add_text(fields.display_name, &entry.display_name);
        document.add_text(fields.version, &entry.version);
        document.add_text(fields.summary, &entry.summary);
        document.add_text(fields.keywords, &entry.keywords);
        let end = entry.description.floor_char_boundary(DESCRIPTION_MAX_BYTES);
        document.add_text(fields.description, &entry.description[..end]);
        for classifier in &entry.classifiers {
            document.add_text(fields.classifier, classifier);
            if let Some(version) = python_version(classifier) {
                document.add_text(fields.python, version);
            }
        }
        if let Some(licence) = &entry.licence {
            document.add_text(fields.licence, licence);
        }
        document.add_i64(fields.updated, entry.updated_us);
        document.add_text(fields.reading, entry.reading);
        document
    }

    fn text(document: &TantivyDocument, field: Field) -> String {
        let value = document.get_first(field).and_then(|value| value.as_str());
        value.unwrap_or_default().to_owned()
    }
}

/// The `3.12` of `Programming Language :: Python :: 3.12`.
fn python_version(classifier: &str) -> Option<&str> {
    let version = classifier.strip_prefix("Programming Language :: Python :: ")?;
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && version.contains('.');
    is_version.then_some(version)
}

#[cfg(test)]
mod tests;
