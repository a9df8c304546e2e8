//! The form of a file from its core metadata, as upload tools send it.

use tilsit_packaging::metadata::CoreMetadata;

use super::{FileType, UploadForm};

#[cfg(test)]
mod tests;

impl UploadForm {
    /// The form for a file with this metadata; its digests are still missing.
    ///
    /// `python_version` is the Python tag of a wheel (`py3`), or `source`.
    pub fn from_metadata(
        metadata: &CoreMetadata,
        file_type: FileType,
        python_version: impl Into<String>,
    ) -> Self {
        let mut form = Self::new(file_type, python_version);
        form.push_single_fields(metadata);
        form.push_repeated_fields(metadata);
        form
    }

    fn push_single_fields(&mut self, metadata: &CoreMetadata) {
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        self.push("metadata_version", metadata.metadata_version.to_string());
        self.push("name", metadata.name());
        self.push("version", metadata.version.to_string());
        self.push("summary", optional(&metadata.summary));
        self.push("description", optional(&metadata.description));
        self.push(
            "description_content_type",
            shown(metadata.description_content_type.as_ref()),
        );
        self.push("keywords", metadata.keywords.join(","));
        self.push("home_page", optional(&metadata.home_page));
        self.push("download_url", optional(&metadata.download_url));
        self.push("author", optional(&metadata.author));
        self.push("author_email", optional(&metadata.author_email));
        self.push("maintainer", optional(&metadata.maintainer));
        self.push("maintainer_email", optional(&metadata.maintainer_email));
        self.push("license", optional(&metadata.license));
        self.push(
            "license_expression",
            shown(metadata.license_expression.as_ref()),
        );
        self.push("requires_python", shown(metadata.requires_python.as_ref()));
    }

    fn push_repeated_fields(&mut self, metadata: &CoreMetadata) {
        let urls: Vec<String> = metadata
            .project_urls
            .iter()
            .map(|(label, url)| format!("{label}, {url}"))
            .collect();
        self.push_all("platform", &metadata.platforms);
        self.push_all("supported_platform", &metadata.supported_platforms);
        self.push_all("classifiers", &metadata.classifiers);
        self.push_all("requires", &metadata.requires);
        self.push_all("provides", &metadata.provides);
        self.push_all("obsoletes", &metadata.obsoletes);
        self.push_all("requires_dist", &metadata.requires_dist);
        self.push_all("provides_dist", &metadata.provides_dist);
        self.push_all("obsoletes_dist", &metadata.obsoletes_dist);
        self.push_all("requires_external", &metadata.requires_external);
        self.push_all("project_urls", &urls);
        self.push_all("provides_extra", &metadata.provides_extra);
        self.push_all("dynamic", &metadata.dynamic);
        self.push_all("license_file", &metadata.license_files);
        self.push_all(
            "import_name",
            metadata.import_names.as_deref().unwrap_or_default(),
        );
        self.push_all("import_namespace", &metadata.import_namespaces);
    }

    fn push_all<T: ToString>(&mut self, name: &str, values: &[T]) {
        for value in values {
            self.push(name, value.to_string());
        }
    }
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
