//! Which names new projects may have, who may begin them, and which names are this index's own.

use tilsit_index_store::{
    Actor, Audience, IndexSettings, ManageError, NamePattern, NewNameError, NewProjects,
    PublishError, Reading, UserId,
};
use tilsit_packaging::name::ProjectName;

use crate::support::{TestStore, at, file, on_both_databases, user};

on_both_databases!(
    names_of_modules_and_lookalikes_are_refused,
    administrators_are_bound_by_what_they_keep_alone,
    only_administrators_begin_projects_where_it_is_so,
    own_names_outlive_their_projects,
    counts_are_of_what_is_seen,
);

fn name(text: &str) -> ProjectName {
    text.parse().expect("a name")
}

fn pattern(text: &str) -> NamePattern {
    text.parse().expect("a pattern")
}

/// Publishes a file of a project.
async fn publish(test: &TestStore, by: UserId, project: &str) -> Result<(), PublishError> {
    let file_name = format!("{project}-1.0.tar.gz");
    let mut new = file(by, "1.0", &file_name, project);
    new.project = name(project);
    test.store.publish_file(&new, at(1)).await.map(|_| ())
}

/// What keeps a project from being published: asked beforehand and by publishing, the same.
async fn refusal(test: &TestStore, by: UserId, project: &str) -> Option<NewNameError> {
    let asked = test.store.check_new_name(&name(project), by).await;
    let asked = asked.expect("asked").err();
    let published = match publish(test, by, project).await {
        Ok(()) => None,
        Err(PublishError::NewName(error)) => Some(error),
        Err(error) => panic!("{project}: {error}"),
    };
    assert_eq!(asked, published);
    let is_there = test.store.display_name(&name(project)).await;
    assert_eq!(is_there.expect("read").is_none(), published.is_some());
    published
}

async fn names_of_modules_and_lookalikes_are_refused(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    assert_eq!(refusal(&test, alice, "boto-client").await, None);
    assert_eq!(
        refusal(&test, alice, "asyncio").await,
        Some(NewNameError::StandardLibrary(name("asyncio")))
    );
    for other in ["botoclient", "b0to-c1ient", "boto-cl-ient", "BOTO_CIIENT"] {
        let expected = NewNameError::Lookalike {
            name: name(other),
            other: "boto-client".to_owned(),
        };
        assert_eq!(
            refusal(&test, alice, other).await,
            Some(expected),
            "{other}"
        );
    }
    assert_eq!(refusal(&test, alice, "boto-clients").await, None);
    // What is there is not asked about again.
    let mut second = file(alice, "2.0", "boto-client-2.0.tar.gz", "second");
    second.project = name("boto-client");
    test.store
        .publish_file(&second, at(2))
        .await
        .expect("published");
}

async fn administrators_are_bound_by_what_they_keep_alone(test: TestStore) {
    let (alice, root) = (
        user(&test.store, "alice").await,
        user(&test.store, "root").await,
    );
    let promoted = name_of("root");
    let promotion = test
        .store
        .change_administrator(Actor::COMMAND_LINE, &promoted, true, at(1));
    promotion.await.expect("promoted");
    let refused = test
        .store
        .prohibit_names(Actor::user(alice), (&pattern("acme-*"), true), at(2))
        .await;
    assert!(
        matches!(refused, Err(ManageError::NotAdministrator)),
        "{refused:?}"
    );
    for kept in ["acme-*", "Secret.Name", "acme-*"] {
        let keeping = (&pattern(kept), true);
        test.store
            .prohibit_names(Actor::user(root), keeping, at(2))
            .await
            .expect("kept");
    }
    assert_eq!(
        test.store.prohibited_names().await.expect("read"),
        ["acme-*", "secret-name"]
    );
    for (project, by) in [
        ("acme-tools", alice),
        ("acme-tools", root),
        ("secret-name", root),
    ] {
        let expected = Some(NewNameError::Prohibited(name(project)));
        assert_eq!(refusal(&test, by, project).await, expected, "{project}");
    }
    assert_eq!(refusal(&test, alice, "acmetools").await, None);
    assert_eq!(refusal(&test, root, "typing").await, None);
    assert_eq!(refusal(&test, root, "acmet00ls").await, None);
    let given = (&pattern("acme-*"), false);
    test.store
        .prohibit_names(Actor::user(root), given, at(3))
        .await
        .expect("given");
    assert_eq!(
        test.store.prohibited_names().await.expect("read"),
        ["secret-name"]
    );
    let events = test.store.events_since(0, 100).await.expect("read");
    let actions: Vec<&str> = events.iter().map(|event| &*event.action).collect();
    let kept = actions.iter().filter(|action| **action == "name:prohibit");
    // What was kept already is no event.
    assert_eq!(kept.count(), 2, "{actions:?}");
    assert!(actions.contains(&"name:permit"), "{actions:?}");
}

fn name_of(user: &str) -> tilsit_index_store::UserName {
    user.parse().expect("a name")
}

async fn only_administrators_begin_projects_where_it_is_so(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    assert_eq!(refusal(&test, alice, "early").await, None);
    let settings = IndexSettings {
        new_projects: NewProjects::Administrators,
        ..IndexSettings::default()
    };
    let change = test
        .store
        .change_settings(Actor::COMMAND_LINE, &settings, at(1));
    change.await.expect("changed");
    let expected = Some(NewNameError::NotAdministrator(name("late")));
    assert_eq!(refusal(&test, alice, "late").await, expected);
    let promoted = name_of("alice");
    let promotion = test
        .store
        .change_administrator(Actor::COMMAND_LINE, &promoted, true, at(2));
    promotion.await.expect("promoted");
    assert_eq!(refusal(&test, alice, "late").await, None);
}

async fn own_names_outlive_their_projects(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let is_own = async |project: &str| test.store.is_own_name(&name(project)).await.expect("read");
    assert!(!is_own("here").await);
    assert_eq!(refusal(&test, alice, "here").await, None);
    assert!(is_own("here").await);
    let here = name("here");
    let deletion = test.store.delete_project(Actor::user(alice), &here, at(2));
    deletion.await.expect("deleted");
    assert!(is_own("here").await);
    let keeping = (&pattern("acme-*"), true);
    test.store
        .prohibit_names(Actor::COMMAND_LINE, keeping, at(3))
        .await
        .expect("kept");
    assert!(is_own("acme-anything").await);
    assert!(!is_own("acmeanything").await);
}

async fn counts_are_of_what_is_seen(test: TestStore) {
    let (alice, eve) = (
        user(&test.store, "alice").await,
        user(&test.store, "eve").await,
    );
    for project in ["open", "closed"] {
        assert_eq!(refusal(&test, alice, project).await, None);
    }
    let closed = name("closed");
    let closing =
        test.store
            .change_reading(Actor::user(alice), &closed, Some(Reading::People), at(2));
    closing.await.expect("closed");
    for (user, expected) in [(None, (1, 1)), (Some(eve), (1, 1)), (Some(alice), (2, 2))] {
        let audience = Audience {
            user,
            default: Reading::Public,
        };
        let counts = test.store.visible_counts(audience).await.expect("counted");
        assert_eq!(counts, expected, "{user:?}");
    }
}
