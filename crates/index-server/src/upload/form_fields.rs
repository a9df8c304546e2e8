//! Collecting the text fields of an upload form within limits. Pure: bytes in, form out.

use tilsit_simple_api::upload::{UploadForm, UploadFormError};

use crate::options::Limits;

#[cfg(test)]
mod tests;

/// The text fields that have come so far.
#[derive(Debug, Default)]
pub(super) struct FormFields {
    fields: Vec<(String, String)>,
    size_bytes: usize,
}

/// Why the fields cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormFieldsError {
    /// More fields than allowed.
    #[error("the form has more than {0} fields")]
    TooMany(usize),
    /// All fields together are too large.
    #[error("the form's text fields have more than {0} bytes")]
    TooLarge(usize),
    /// One field is too large.
    #[error("the field `{name}` has more than {max_bytes} bytes")]
    FieldTooLarge { name: String, max_bytes: usize },
    /// A field is not text.
    #[error("the field `{0}` is not UTF-8 text")]
    NotText(String),
    /// The fields make no upload form.
    #[error(transparent)]
    Form(#[from] UploadFormError),
}

impl FormFields {
    /// How many bytes more a field of this size so far may take; an error when it is too large.
    pub(super) fn check_size(
        &self,
        name: &str,
        size_bytes: usize,
        limits: &Limits,
    ) -> Result<(), FormFieldsError> {
        if self.fields.len() >= limits.fields_max {
            return Err(FormFieldsError::TooMany(limits.fields_max));
        }
        if size_bytes > limits.field_size_max_bytes {
            return Err(FormFieldsError::FieldTooLarge {
                name: name.chars().take(80).collect(),
                max_bytes: limits.field_size_max_bytes,
            });
        }
        if self.size_bytes + name.len() + size_bytes > limits.form_size_max_bytes {
            return Err(FormFieldsError::TooLarge(limits.form_size_max_bytes));
        }
        Ok(())
    }

    /// Adds a field whose size was checked.
    pub(super) fn push(&mut self, name: &str, value: Vec<u8>) -> Result<(), FormFieldsError> {
        self.size_bytes += name.len() + value.len();
        let value = String::from_utf8(value)
            .map_err(|_| FormFieldsError::NotText(name.chars().take(80).collect()))?;
        // A NUL is in no metadata, and no database takes one in a text.
        if value.contains('\0') {
            return Err(FormFieldsError::NotText(name.chars().take(80).collect()));
        }
        self.fields.push((name.to_owned(), value));
        Ok(())
    }

    /// The form that the fields make.
    pub(super) fn into_form(self) -> Result<UploadForm, FormFieldsError> {
        Ok(UploadForm::from_fields(self.fields)?)
    }
}
