//! One file for each URL; each handler extracts, calls the store, and answers.

pub(crate) mod account;
pub(crate) mod administer;
pub(crate) mod description;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod json_api;
pub(crate) mod legacy;
pub(crate) mod manage;
pub(crate) mod metrics;
pub(crate) mod project;
pub(crate) mod search;
pub(crate) mod simple;
pub(crate) mod static_files;
pub(crate) mod tokens;
pub(crate) mod user;
pub(crate) mod well_known;
