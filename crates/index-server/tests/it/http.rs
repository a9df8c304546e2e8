//! The plain HTTP client and the upload form that tests and benchmarks share.

pub(crate) use tilsit_testing::http::{Answer, FORM, Form, basic, request};
