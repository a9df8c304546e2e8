//! A project on disk: where its root and members are, what they ask for, the lock that answers it,
//! and what of the lock an environment gets.
//!
//! [`edit`] changes pyproject.toml and keeps its style. Resolving, building and installing are done
//! by those who are asked; nothing here prints, and nothing reads the environment or the clock.

pub mod bundle;
pub mod changelog;
pub mod digest;
pub mod edit;
pub mod export;
pub mod foreign_locks;
pub mod import;
pub mod inputs;
pub mod lock;
pub mod locks;
pub mod metadata;
pub mod new_project;
pub mod pipfile;
pub mod poetry;
pub mod policy;
mod python_json;
pub mod script;
pub mod settings;
pub mod sources;
pub mod tasks;
mod toml_text;
pub mod uv;
pub mod workspace;

pub use inputs::Inputs;
pub use lock::Lock;
pub use metadata::MemberMetadata;
pub use pipfile::Pipfile;
pub use policy::Policy;
pub use workspace::Workspace;
