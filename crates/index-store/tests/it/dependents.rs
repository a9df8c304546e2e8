//! By whom a project is used: which release counts, what changes it, and who sees it.

use tilsit_index_store::{Actor, Audience, IndexStore, Reading};
use tilsit_packaging::name::ProjectName;

use crate::support::{TestStore, at, file, on_both_databases, user};

on_both_databases!(
    the_newest_release_says_what_is_used,
    yanks_and_deletions_count_at_once,
    who_may_not_read_a_project_does_not_see_that_it_uses_another,
    an_old_index_is_filled,
);

const EVERYBODY: Audience = Audience {
    user: None,
    default: Reading::Public,
};

fn name(text: &str) -> ProjectName {
    text.parse().expect("a name")
}

/// Publishes an sdist of `project` of alice, whose metadata has these lines besides.
async fn publish(store: &IndexStore, project: &str, version: &str, lines: &str) -> Actor {
    let alice = match store.user(&"alice".parse().unwrap()).await {
        Ok(alice) => alice,
        Err(_) => user(store, "alice").await,
    };
    let file_name = format!("{project}-{version}.tar.gz");
    let mut new = file(alice, version, &file_name, &file_name);
    new.project = name(project);
    new.core_metadata.push_str(lines);
    store.publish_file(&new, at(1)).await.expect("published");
    Actor::user(alice)
}

/// Who uses `project`, each with the extras that do.
async fn dependents(store: &IndexStore, project: &str, audience: Audience) -> Vec<String> {
    let found = store.dependents(&name(project), audience, 100).await;
    let text = |one: tilsit_index_store::Dependent| match one.extras.as_str() {
        "" => one.name,
        extras => format!("{} [{extras}]", one.name),
    };
    found.expect("read").into_iter().map(text).collect()
}

async fn the_newest_release_says_what_is_used(test: TestStore) {
    let store = &test.store;
    publish(store, "one", "1.0", "Requires-Dist: base\n").await;
    let with_extras = "Provides-Extra: x\nProvides-Extra: y\nProvides-Extra: z\n\
        Requires-Dist: Base; extra == 'y'\nRequires-Dist: base>2; extra == 'x'\n\
        Requires-Dist: other; sys_platform == 'win32'\nRequires-Dist: two[x]; extra == 'z'\n";
    publish(store, "two", "1.0", with_extras).await;
    assert_eq!(
        dependents(store, "base", EVERYBODY).await,
        ["one", "two [x, y]"]
    );
    assert_eq!(dependents(store, "other", EVERYBODY).await, ["two"]);
    // It is no user of itself.
    assert_eq!(dependents(store, "two", EVERYBODY).await, [""; 0]);
    let first = store.dependents(&name("base"), EVERYBODY, 1).await.unwrap();
    assert_eq!(first.len(), 1);
    // Neither a pre-release nor an older one changes it; a newer one does.
    publish(store, "one", "2.0rc1", "").await;
    publish(store, "one", "0.9", "Requires-Dist: old\n").await;
    assert_eq!(dependents(store, "old", EVERYBODY).await, [""; 0]);
    assert_eq!(dependents(store, "base", EVERYBODY).await.len(), 2);
    publish(store, "one", "2.0", "Requires-Dist: new\n").await;
    assert_eq!(dependents(store, "base", EVERYBODY).await, ["two [x, y]"]);
    assert_eq!(dependents(store, "new", EVERYBODY).await, ["one"]);
    // Of a project without a final release the newest counts.
    publish(store, "three", "1.0a1", "Requires-Dist: new\n").await;
    assert_eq!(dependents(store, "new", EVERYBODY).await, ["one", "three"]);
}

async fn yanks_and_deletions_count_at_once(test: TestStore) {
    let store = &test.store;
    publish(store, "one", "1.0", "Requires-Dist: old\n").await;
    let alice = publish(store, "one", "2.0", "Requires-Dist: new\n").await;
    let one = name("one");
    let two = "2.0".parse().unwrap();
    let yank = |reason| store.yank_release(alice, (&one, &two), reason, at(2));
    yank(Some("")).await.unwrap();
    assert_eq!(dependents(store, "old", EVERYBODY).await, ["one"]);
    assert_eq!(dependents(store, "new", EVERYBODY).await, [""; 0]);
    yank(None).await.unwrap();
    assert_eq!(dependents(store, "old", EVERYBODY).await, [""; 0]);
    assert_eq!(dependents(store, "new", EVERYBODY).await, ["one"]);
    let deleted = store.delete_release(alice, (&one, &two), at(3)).await;
    deleted.unwrap();
    assert_eq!(dependents(store, "old", EVERYBODY).await, ["one"]);
    store.delete_project(alice, &one, at(4)).await.unwrap();
    assert_eq!(dependents(store, "old", EVERYBODY).await, [""; 0]);
}

async fn who_may_not_read_a_project_does_not_see_that_it_uses_another(test: TestStore) {
    let store = &test.store;
    let alice = publish(store, "secret", "1.0", "Requires-Dist: base\n").await;
    publish(store, "open", "1.0", "Requires-Dist: base\n").await;
    let secret = name("secret");
    let change = store.change_reading(alice, &secret, Some(Reading::People), at(2));
    change.await.unwrap();
    assert_eq!(dependents(store, "base", EVERYBODY).await, ["open"]);
    let audience = |user| Audience {
        user: Some(user),
        default: Reading::Public,
    };
    let bob = user(store, "bob").await;
    assert_eq!(dependents(store, "base", audience(bob)).await, ["open"]);
    let alice = store.user(&"alice".parse().unwrap()).await.unwrap();
    assert_eq!(
        dependents(store, "base", audience(alice)).await,
        ["open", "secret"]
    );
    let held = (&tilsit_simple_api::ProjectState::Quarantined, None);
    let open = name("open");
    let held = store.change_status(Actor::COMMAND_LINE, &open, held, at(3));
    held.await.unwrap();
    assert_eq!(dependents(store, "base", EVERYBODY).await, [""; 0]);
}

async fn an_old_index_is_filled(test: TestStore) {
    publish(&test.store, "one", "1.0", "Requires-Dist: base\n").await;
    test.store.close().await;
    let url = test.options.database_url.clone().unwrap_or_else(|| {
        let path = test.options.data.join("index.sqlite3");
        let path = url::Url::from_file_path(path).unwrap();
        format!("sqlite://{}", path.path())
    });
    // As it was before what is required was kept.
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    for sql in [
        "DROP TABLE requirements",
        "DELETE FROM migrations WHERE version >= 4",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    pool.close().await;
    let store = IndexStore::open(&test.options, at(2)).await.unwrap();
    assert_eq!(dependents(&store, "base", EVERYBODY).await, ["one"]);
}
