//! Why a description is shown otherwise than its author meant.

use tilsit_packaging::metadata::ContentTypeError;

use crate::rst::Problem;

/// What is to be said of a description beside its HTML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Note {
    /// There is no text.
    #[error("the description is empty")]
    Empty,
    /// The reStructuredText has a fault.
    #[error("the reStructuredText is not valid: {0}")]
    Rst(Problem),
    /// The content type is none that a description may have.
    #[error("the content type is not valid: {0}")]
    ContentType(ContentTypeError),
    /// The text is longer than what is parsed.
    #[error(
        "the description is longer than {} bytes and is not rendered",
        crate::TEXT_MAX_BYTES
    )]
    TooLong,
    /// Elements stand in each other deeper than any page needs.
    #[error(
        "the description nests more than {} elements in each other and is not rendered",
        crate::clean::DEPTH_MAX
    )]
    TooDeep,
    /// What the text stands for is much longer than the text.
    #[error("the description stands for much more than it says and is not rendered")]
    TooLarge,
}
