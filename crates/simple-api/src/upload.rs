//! The form of the legacy upload API: its fields as data, for the program that sends it and for the
//! index that checks it. The names are exactly those that twine sends.
//!
//! The bytes of the file and the encoding of the form (multipart) are the business of the HTTP side.

mod from_metadata;

use std::fmt;

/// Fields with many values, in the order in which they are sent. The names are those of the form:
/// some are singular although they repeat.
pub const REPEATED_FIELDS: &[&str] = &[
    "platform",
    "supported_platform",
    "classifiers",
    "requires",
    "provides",
    "obsoletes",
    "requires_dist",
    "provides_dist",
    "obsoletes_dist",
    "requires_external",
    "project_urls",
    "provides_extra",
    "dynamic",
    "license_file",
    "import_name",
    "import_namespace",
];

/// Fields with one value, in the order in which they are sent (the rest of the core metadata).
pub const SINGLE_FIELDS: &[&str] = &[
    "metadata_version",
    "name",
    "version",
    "summary",
    "description",
    "description_content_type",
    "keywords",
    "home_page",
    "download_url",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "license",
    "license_expression",
    "requires_python",
];

/// What the upload API calls a file's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// A source distribution.
    Sdist,
    /// A wheel.
    Wheel,
}

impl FileType {
    /// The value of the field `filetype`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sdist => "sdist",
            Self::Wheel => "bdist_wheel",
        }
    }
}

impl fmt::Display for FileType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The form of one uploaded file, without the file itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadForm {
    /// The type of the file.
    pub file_type: FileType,
    /// The Python tag of a wheel (`py3`), or `source` for an sdist.
    pub python_version: String,
    /// The SHA-256 digest in lower-case hexadecimal.
    pub sha256_digest: Option<String>,
    /// The `BLAKE2b` digest of 256 bits in lower-case hexadecimal.
    pub blake2_256_digest: Option<String>,
    /// The MD5 digest in lower-case hexadecimal, as older programs send it.
    pub md5_digest: Option<String>,
    /// A comment on the file.
    pub comment: Option<String>,
    /// Attestations (PEP 740), as a JSON list.
    pub attestations: Option<String>,
    /// The core metadata: fields of [`SINGLE_FIELDS`] and [`REPEATED_FIELDS`] with their values, in
    /// the order of the form.
    pub metadata: Vec<(String, String)>,
}

/// Why a form is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadFormError {
    /// The form asks for something else than the upload of a file.
    #[error("`:action` is `{0}`; only `file_upload` is known")]
    Action(String),
    /// The form is of another protocol.
    #[error("`protocol_version` is `{0}`; only `1` is known")]
    Protocol(String),
    /// A field that must be there is not.
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
    /// A field with one value has several.
    #[error("the field `{0}` is given twice")]
    Repeated(String),
    /// The type of file is none that can be uploaded.
    #[error("`filetype` is `{0}`; only `sdist` and `bdist_wheel` can be uploaded")]
    FileType(String),
    /// The Python tag does not fit the type of file.
    #[error("`pyversion` is `{python_version}`, which does not fit a file of type `{file_type}`")]
    PythonVersion {
        /// The value of the field.
        python_version: String,
        /// The type of the file.
        file_type: FileType,
    },
    /// A digest is not one.
    #[error("`{field}` is not a digest of {digits} hexadecimal digits")]
    Digest {
        /// The name of the field.
        field: &'static str,
        /// How many digits it must have.
        digits: usize,
    },
    /// No digest at all.
    #[error("the form has none of `sha256_digest`, `blake2_256_digest` and `md5_digest`")]
    NoDigest,
}

impl UploadForm {
    /// A form with nothing but the file's type and its Python tag.
    pub fn new(file_type: FileType, python_version: impl Into<String>) -> Self {
        Self {
            file_type,
            python_version: python_version.into(),
            sha256_digest: None,
            blake2_256_digest: None,
            md5_digest: None,
            comment: None,
            attestations: None,
            metadata: Vec::new(),
        }
    }

    /// Reads the text fields of a form (all but `content`), in the order in which they came.
    ///
    /// Fields that are not known are left out, as are empty ones and the `UNKNOWN` that old tools
    /// write for absent values.
    ///
    /// # Errors
    /// When the form is not an upload, or a field that it must have is missing or malformed.
    pub fn from_fields<N, V>(
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, UploadFormError>
    where
        N: AsRef<str>,
        V: Into<String>,
    {
        let mut read = ReadFields::default();
        for (name, value) in fields {
            read.take(name.as_ref(), value.into())?;
        }
        read.finish()
    }

    /// The text fields to send, in order: the metadata first, `:action` and `protocol_version` last.
    /// The file follows as `content`.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        let mut fields: Vec<(&str, &str)> = self
            .metadata
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.push(("pyversion", &self.python_version));
        fields.push(("filetype", self.file_type.as_str()));
        let optional = [
            ("comment", &self.comment),
            ("sha256_digest", &self.sha256_digest),
            ("blake2_256_digest", &self.blake2_256_digest),
            ("md5_digest", &self.md5_digest),
            ("attestations", &self.attestations),
        ];
        fields.extend(
            optional
                .iter()
                .filter_map(|(name, value)| Some((*name, value.as_deref()?))),
        );
        fields.push((":action", "file_upload"));
        fields.push(("protocol_version", "1"));
        fields
    }

    /// The value of a metadata field, the first if there are many.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.metadata.iter().find(|(field, _)| field == name)?;
        Some(&found.1)
    }

    /// All values of a metadata field.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.metadata.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    }

    /// Adds a value of a metadata field; an empty one is left out.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.metadata.push((name.to_owned(), value));
        }
    }
}

/// What has been read of a form so far.
#[derive(Default)]
struct ReadFields {
    action: Option<String>,
    protocol: Option<String>,
    file_type: Option<String>,
    python_version: Option<String>,
    sha256: Option<String>,
    blake2: Option<String>,
    md5: Option<String>,
    comment: Option<String>,
    attestations: Option<String>,
    metadata: Vec<(String, String)>,
}

impl ReadFields {
    fn take(&mut self, name: &str, value: String) -> Result<(), UploadFormError> {
        let place = match name {
            ":action" => &mut self.action,
            "protocol_version" => &mut self.protocol,
            "filetype" => &mut self.file_type,
            "pyversion" => &mut self.python_version,
            "sha256_digest" => &mut self.sha256,
            "blake2_256_digest" => &mut self.blake2,
            "md5_digest" => &mut self.md5,
            "comment" => &mut self.comment,
            "attestations" => &mut self.attestations,
            _ => return self.take_metadata(name, value),
        };
        if place.is_some() {
            return Err(UploadFormError::Repeated(name.to_owned()));
        }
        *place = Some(value);
        Ok(())
    }

    fn take_metadata(&mut self, name: &str, value: String) -> Result<(), UploadFormError> {
        // The plural was twine's name for this field until its version 6.
        let name = if name == "provides_extras" {
            "provides_extra"
        } else {
            name
        };
        let single = SINGLE_FIELDS.contains(&name);
        if !single && !REPEATED_FIELDS.contains(&name) {
            return Ok(());
        }
        if value.is_empty() || value == "UNKNOWN" {
            return Ok(());
        }
        if single && self.metadata.iter().any(|(known, _)| known == name) {
            return Err(UploadFormError::Repeated(name.to_owned()));
        }
        self.metadata.push((name.to_owned(), value));
        Ok(())
    }

    fn finish(self) -> Result<UploadForm, UploadFormError> {
        let action = self.action.ok_or(UploadFormError::Missing(":action"))?;
        if action != "file_upload" {
            return Err(UploadFormError::Action(action));
        }
        if let Some(protocol) = self.protocol.filter(|protocol| protocol != "1") {
            return Err(UploadFormError::Protocol(protocol));
        }
        let file_type = match self.file_type {
            Some(text) if text == "sdist" => FileType::Sdist,
            Some(text) if text == "bdist_wheel" => FileType::Wheel,
            Some(text) => return Err(UploadFormError::FileType(text)),
            None => return Err(UploadFormError::Missing("filetype")),
        };
        let python_version = python_version(file_type, self.python_version)?;
        for required in ["metadata_version", "name", "version"] {
            if !self.metadata.iter().any(|(name, _)| name == required) {
                return Err(UploadFormError::Missing(required));
            }
        }
        let form = UploadForm {
            file_type,
            python_version,
            sha256_digest: digest("sha256_digest", 64, self.sha256)?,
            blake2_256_digest: digest("blake2_256_digest", 64, self.blake2)?,
            md5_digest: digest("md5_digest", 32, self.md5)?,
            comment: self.comment.filter(|comment| !comment.is_empty()),
            attestations: self
                .attestations
                .filter(|attestations| !attestations.is_empty()),
            metadata: self.metadata,
        };
        let none = form.sha256_digest.is_none() && form.blake2_256_digest.is_none();
        if none && form.md5_digest.is_none() {
            return Err(UploadFormError::NoDigest);
        }
        Ok(form)
    }
}

fn python_version(file_type: FileType, given: Option<String>) -> Result<String, UploadFormError> {
    let python_version = given.unwrap_or_default();
    match file_type {
        FileType::Sdist if python_version.is_empty() => Ok("source".to_owned()),
        FileType::Sdist if python_version != "source" => Err(UploadFormError::PythonVersion {
            python_version,
            file_type,
        }),
        FileType::Wheel if python_version.is_empty() => Err(UploadFormError::Missing("pyversion")),
        FileType::Wheel if python_version == "source" => Err(UploadFormError::PythonVersion {
            python_version,
            file_type,
        }),
        _ => Ok(python_version),
    }
}

fn digest(
    field: &'static str,
    digits: usize,
    given: Option<String>,
) -> Result<Option<String>, UploadFormError> {
    let Some(text) = given.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(text.to_ascii_lowercase()));
    }
    Err(UploadFormError::Digest { field, digits })
}

#[cfg(test)]
mod tests;
