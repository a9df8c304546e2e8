//! Which projects require which: kept for the newest release of each, in the transaction of whatever
//! changes it, so that asking by whom a project is used is one walk along an index.

use std::collections::BTreeMap;

use sqlx::{Any, Transaction};
use tilsit_packaging::metadata::CoreMetadata;
use tilsit_packaging::name::{ExtraName, ProjectName};
use tilsit_packaging::requirement::Requirement;
use tilsit_packaging::version::Version;

use crate::error::{Doing, StoreError};
use crate::reading::{Audience, VISIBLE};
use crate::store::IndexStore;

/// A project whose newest release requires another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// The normalised name.
    pub name: String,
    /// The name as its owner writes it.
    pub display_name: String,
    /// The extras that bring the requirement, with `, ` between; empty when it needs none.
    pub extras: String,
}

impl IndexStore {
    /// The projects that an audience may see and whose newest release requires `project`, by name, at
    /// most `limit`. A release that is yanked does not count, a pre-release only where no final release
    /// is; projects that are held back are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dependents(
        &self,
        project: &ProjectName,
        audience: Audience,
        limit: u32,
    ) -> Result<Vec<Dependent>, StoreError> {
        let sql = format!(
            "SELECT p.name, p.display_name, d.extras FROM requirements d \
             JOIN projects p ON p.id = d.project_id \
             WHERE d.required = $3 AND p.status <> 'quarantined' AND {VISIBLE} \
             ORDER BY d.project LIMIT $4"
        );
        let rows: Vec<(String, String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(audience.default.as_str())
            .bind(audience.key())
            .bind(project.as_str())
            .bind(i64::from(limit))
            .fetch_all(self.database.reader())
            .await
            .doing("list who requires a project")?;
        let dependents = rows
            .into_iter()
            .map(|(name, display_name, extras)| Dependent {
                name,
                display_name,
                extras,
            });
        Ok(dependents.collect())
    }
}

/// Keeps what the newest release of a project requires; writes nothing when that is what is kept.
pub(crate) async fn write(
    transaction: &mut Transaction<'static, Any>,
    project_id: i64,
    project: &ProjectName,
) -> Result<(), StoreError> {
    let kept: Vec<(String, String)> =
        sqlx::query_as("SELECT required, extras FROM requirements WHERE project_id = $1")
            .bind(project_id)
            .fetch_all(&mut **transaction)
            .await
            .doing("read what a project requires")?;
    let kept: BTreeMap<String, String> = kept.into_iter().collect();
    let wanted = match newest(transaction, project_id).await? {
        None => BTreeMap::new(),
        Some(release) => required(&metadata(transaction, release).await?, project),
    };
    if kept == wanted {
        return Ok(());
    }
    sqlx::query("DELETE FROM requirements WHERE project_id = $1")
        .bind(project_id)
        .execute(&mut **transaction)
        .await
        .doing("forget what a project required")?;
    for (required, extras) in wanted {
        sqlx::query(
            "INSERT INTO requirements (required, project, project_id, extras) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(required)
        .bind(project.as_str())
        .bind(project_id)
        .bind(extras)
        .execute(&mut **transaction)
        .await
        .doing("keep what a project requires")?;
    }
    Ok(())
}

/// Keeps it of every project: of an index that was made before it was kept.
pub(crate) async fn fill(transaction: &mut Transaction<'static, Any>) -> Result<(), StoreError> {
    let projects: Vec<(i64, String)> = sqlx::query_as("SELECT id, name FROM projects ORDER BY id")
        .fetch_all(&mut **transaction)
        .await
        .doing("list the projects")?;
    for (id, name) in projects {
        let name = name.parse().map_err(|_| StoreError::Corrupt {
            what: "a project's name",
            value: name.clone(),
        })?;
        write(transaction, id, &name).await?;
    }
    Ok(())
}

/// The newest final release that has a file that is not yanked; the newest pre-release when there is no
/// final one.
async fn newest(
    transaction: &mut Transaction<'static, Any>,
    project_id: i64,
) -> Result<Option<i64>, StoreError> {
    let releases: Vec<(i64, String)> = sqlx::query_as(
        "SELECT r.id, r.version FROM releases r WHERE r.project_id = $1 \
         AND EXISTS (SELECT 1 FROM files f WHERE f.release_id = r.id AND f.yanked IS NULL)",
    )
    .bind(project_id)
    .fetch_all(&mut **transaction)
    .await
    .doing("list a project's releases")?;
    let rank = |(id, version): (i64, String)| {
        let version: Version = version.parse().ok()?;
        Some((!version.is_prerelease(), version, id))
    };
    let newest = releases.into_iter().filter_map(rank).max();
    Ok(newest.map(|(_, _, id)| id))
}

async fn metadata(
    transaction: &mut Transaction<'static, Any>,
    release: i64,
) -> Result<String, StoreError> {
    sqlx::query_scalar("SELECT core_metadata FROM releases WHERE id = $1")
        .bind(release)
        .fetch_one(&mut **transaction)
        .await
        .doing("read a release's metadata")
}

/// What is required by some metadata, and by which extras; nothing by what cannot be read. That a
/// project requires itself, as one extra does to bring others, is no use by another.
fn required(metadata: &str, project: &ProjectName) -> BTreeMap<String, String> {
    let Ok((metadata, _)) = CoreMetadata::parse(metadata.as_bytes()) else {
        return BTreeMap::new();
    };
    let mut required: BTreeMap<&ProjectName, Option<Vec<&ExtraName>>> = BTreeMap::new();
    for requirement in &metadata.requires_dist {
        if requirement.name == *project {
            continue;
        }
        let by = extras(requirement, &metadata.provides_extra);
        let known = required
            .entry(&requirement.name)
            .or_insert_with(|| Some(Vec::new()));
        match (known.as_mut(), by) {
            (Some(known), Some(by)) => known.extend(by),
            _ => *known = None,
        }
    }
    let text = |extras: Option<Vec<&ExtraName>>| {
        let mut extras = extras.unwrap_or_default();
        extras.sort();
        extras.dedup();
        let extras: Vec<String> = extras.into_iter().map(ToString::to_string).collect();
        extras.join(", ")
    };
    required
        .into_iter()
        .map(|(name, extras)| (name.to_string(), text(extras)))
        .collect()
}

/// The extras that bring a requirement; none when it is there without any.
fn extras<'a>(requirement: &Requirement, provided: &'a [ExtraName]) -> Option<Vec<&'a ExtraName>> {
    if !requirement.marker.with_extras(&[]).is_false() {
        return None;
    }
    let brings = |extra: &&ExtraName| {
        let chosen = std::slice::from_ref(*extra);
        !requirement.marker.with_extras(chosen).is_false()
    };
    Some(provided.iter().filter(brings).collect())
}
