//! Deletions: files, releases, projects. A deleted file's name stays taken for ever, so that what
//! somebody has locked never becomes something else.

use jiff::Timestamp;
use serde_json::json;
use tilsit_packaging::name::ProjectName;
use tilsit_packaging::version::Version;
use tilsit_simple_api::Sha256Digest;

use super::{Actor, Change, ManageError};
use crate::error::{Doing, StoreError};
use crate::files::digest;
use crate::projects::Role;
use crate::store::IndexStore;

/// A file that the database does not name any more; its bytes may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedFile {
    /// Its name.
    pub file_name: String,
    /// Its digest.
    pub sha256: Sha256Digest,
}

impl IndexStore {
    /// Deletes one file. A release without files is no release.
    ///
    /// # Errors
    /// When the actor is no owner, there is no such file, or the database or the disk fails.
    pub async fn delete_file(
        &self,
        actor: Actor,
        project: &ProjectName,
        file_name: &str,
        now: Timestamp,
    ) -> Result<DeletedFile, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let found = change.files("f.file_name = $2", file_name).await?;
        let Some((id, file)) = found.into_iter().next() else {
            return Err(ManageError::NoSuchFile {
                project: project.clone(),
                file_name: file_name.to_owned(),
            });
        };
        change.forget(id, &file).await?;
        change.drop_empty_releases().await?;
        let subject = json!({ "file": file.file_name, "sha256": file.sha256.to_string() });
        change.finish("file:delete", subject).await?;
        self.remove_bytes(std::slice::from_ref(&file)).await?;
        Ok(file)
    }

    /// Deletes a release with all its files.
    ///
    /// # Errors
    /// When the actor is no owner, there is no such release, or the database or the disk fails.
    pub async fn delete_release(
        &self,
        actor: Actor,
        (project, version): (&ProjectName, &Version),
        now: Timestamp,
    ) -> Result<Vec<DeletedFile>, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let version = version.to_string();
        let found = change.files("r.version = $2", &version).await?;
        if found.is_empty() {
            return Err(ManageError::NoSuchRelease {
                project: project.clone(),
                version,
            });
        }
        for (id, file) in &found {
            change.forget(*id, file).await?;
        }
        change.drop_empty_releases().await?;
        let files: Vec<DeletedFile> = found.into_iter().map(|(_, file)| file).collect();
        let names: Vec<&str> = files.iter().map(|file| &*file.file_name).collect();
        let subject = json!({ "version": version, "files": names });
        change.finish("release:delete", subject).await?;
        self.remove_bytes(&files).await?;
        Ok(files)
    }

    /// Deletes a project with all its releases. Its events stay; its name is free again, the names
    /// of its files are not.
    ///
    /// # Errors
    /// When the actor is no owner, there is no such project, or the database or the disk fails.
    pub async fn delete_project(
        &self,
        actor: Actor,
        project: &ProjectName,
        now: Timestamp,
    ) -> Result<Vec<DeletedFile>, ManageError> {
        let mut change = Change::begin(self, project, (actor, Role::Owner), now).await?;
        let found = change.files("p.name = $2", project.as_str()).await?;
        for (id, file) in &found {
            change.forget(*id, file).await?;
        }
        for sql in [
            "DELETE FROM requirements WHERE project_id = $1",
            "DELETE FROM releases WHERE project_id = $1",
            "DELETE FROM roles WHERE project_id = $1",
            "DELETE FROM pages WHERE project = (SELECT name FROM projects WHERE id = $1)",
            "DELETE FROM projects WHERE id = $1",
        ] {
            sqlx::query(sql)
                .bind(change.project.id)
                .execute(&mut *change.transaction)
                .await
                .doing("delete a project")?;
        }
        let files: Vec<DeletedFile> = found.into_iter().map(|(_, file)| file).collect();
        let subject = json!({ "files": files.len() });
        change.record("project:delete", subject).await?;
        change.commit("commit a deletion").await?;
        self.remove_bytes(&files).await?;
        Ok(files)
    }

    /// After the commit: bytes that nobody names do no harm, names without bytes would.
    async fn remove_bytes(&self, files: &[DeletedFile]) -> Result<(), StoreError> {
        for file in files {
            let removed = self.blobs().remove(&file.sha256, &file.file_name).await;
            removed.map_err(|error| StoreError::BytesLeft(Box::new(error)))?;
        }
        Ok(())
    }
}

impl Change<'_> {
    /// The project's files that fit a condition on `f`, `r` or `p` with one value.
    async fn files(
        &mut self,
        condition: &'static str,
        value: &str,
    ) -> Result<Vec<(i64, DeletedFile)>, StoreError> {
        let sql = format!(
            "SELECT f.id, f.file_name, f.sha256 FROM files f JOIN releases r ON r.id = f.release_id \
             JOIN projects p ON p.id = r.project_id WHERE p.id = $1 AND {condition}"
        );
        let rows: Vec<(i64, String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(self.project.id)
            .bind(value)
            .fetch_all(&mut *self.transaction)
            .await
            .doing("list the files to delete")?;
        rows.into_iter()
            .map(|(id, file_name, sha256)| {
                let sha256 = digest(sha256)?;
                Ok((id, DeletedFile { file_name, sha256 }))
            })
            .collect()
    }

    /// Takes a file out and keeps its name.
    async fn forget(&mut self, id: i64, file: &DeletedFile) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO reserved_files (file_name, project, sha256, deleted_us) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(&file.file_name)
        .bind(self.project.name.as_str())
        .bind(file.sha256.to_string())
        .bind(self.now.as_microsecond())
        .execute(&mut *self.transaction)
        .await
        .doing("reserve a file's name")?;
        sqlx::query("DELETE FROM files WHERE id = $1")
            .bind(id)
            .execute(&mut *self.transaction)
            .await
            .doing("delete a file")?;
        Ok(())
    }

    async fn drop_empty_releases(&mut self) -> Result<(), StoreError> {
        sqlx::query(
            "DELETE FROM releases WHERE project_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM files WHERE release_id = releases.id)",
        )
        .bind(self.project.id)
        .execute(&mut *self.transaction)
        .await
        .doing("delete an empty release")?;
        Ok(())
    }
}
