//! Fills an index with synthetic projects of one wheel each, for measuring: rows and pages are real,
//! the bytes of the files are not there.
//!
//! ```text
//! cargo run --release -p tilsit-index-store --example fill -- DATA PROJECTS
//! ```

use std::error::Error;

use jiff::Timestamp;
use tilsit_index_store::{BlockingStore, NewFile, StoreOptions};
use tilsit_simple_api::Sha256Digest;
use tilsit_simple_api::upload::FileType;

#[expect(clippy::disallowed_methods, reason = "an example is a program")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(data), Some(count)) = (words.next(), words.next()) else {
        return Err("fill DATA PROJECTS".into());
    };
    let count: u64 = count.parse()?;
    let now = Timestamp::now();
    let store = BlockingStore::open(&StoreOptions::in_folder(data), now)?;
    let name = "filler".parse()?;
    let user = store.wait(store.store().create_user(&name, "filler", now))?;
    for number in 0..count {
        let name = format!("synthetic-{number:06}");
        let metadata = format!(
            "Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nSummary: Project number {number}\n"
        );
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_le_bytes());
        let file = NewFile {
            uploaded: None,
            project: name.parse()?,
            display_name: name.clone(),
            version: "1.0".parse()?,
            file_name: format!("synthetic_{number:06}-1.0-py3-none-any.whl"),
            kind: FileType::Wheel,
            size_bytes: 1000,
            sha256: Sha256Digest(digest),
            blake2b_256: format!("{number:064x}"),
            core_metadata: metadata,
            metadata_sha256: Some(Sha256Digest(digest)),
            requires_python: Some(">=3.9".to_owned()),
            summary: Some(format!("Project number {number}")),
            uploader: user,
        };
        store.wait(store.store().publish_file(&file, now))?;
    }
    Ok(())
}
