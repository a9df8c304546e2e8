//! Yanks, deletions, status and roles: what they change on the page, who may, and what stays.

use tilsit_index_store::{Actor, Audience, Finding, ManageError, PublishError, Reading, Role};
use tilsit_packaging::name::ProjectName;
use tilsit_simple_api::ProjectState;

use crate::support::{TestStore, at, file, user, with_every_file_store};

with_every_file_store!(
    a_yank_is_on_the_page_until_it_is_taken_back,
    a_deleted_file_is_gone_and_its_name_stays_taken,
    a_deleted_project_leaves_its_events,
    a_status_is_on_the_page_and_closes_uploads,
    only_owners_manage,
    a_project_keeps_an_owner,
    who_sees_what,
    what_is_quarantined_is_not_offered,
    an_audit_finds_what_is_wrong,
);

const WHEEL: &str = "a-1.0-py3-none-any.whl";
const SDIST: &str = "a-1.0.tar.gz";

fn project() -> ProjectName {
    "a".parse().expect("a name")
}

/// Project `a` of alice with releases 1.0 (two files, bytes in place) and 2.0.
async fn published(test: &TestStore) -> Actor {
    let alice = user(&test.store, "alice").await;
    for (version, name) in [("1.0", WHEEL), ("1.0", SDIST), ("2.0", "a-2.0.tar.gz")] {
        let new = file(alice, version, name, name);
        let incoming = test.store.blobs().receive().expect("room");
        std::fs::write(incoming.path(), name).expect("written");
        let metadata = new
            .metadata_sha256
            .map(|_| new.core_metadata.clone().into_bytes());
        test.store
            .blobs()
            .keep(incoming, (&new.sha256, name), metadata)
            .await
            .expect("kept");
        test.store
            .publish_file(&new, at(1))
            .await
            .expect("published");
    }
    Actor::user(alice)
}

async fn page(test: &TestStore) -> serde_json::Value {
    let page = test.store.page(&project()).await.expect("read");
    serde_json::from_str(&page.expect("there").json).expect("JSON")
}

async fn a_yank_is_on_the_page_until_it_is_taken_back(test: TestStore) {
    let alice = published(&test).await;
    let yank = |reason: Option<&'static str>| {
        let store = test.store.clone();
        async move {
            let one = "1.0".parse().unwrap();
            store
                .yank_release(alice, (&project(), &one), reason, at(2))
                .await
        }
    };
    let serial = yank(Some("breaks <things>")).await.unwrap();
    let yanked = page(&test).await;
    assert_eq!(yanked["meta"]["_last-serial"], serial);
    let of = |page: &serde_json::Value| {
        let files = page["files"].as_array().unwrap().clone();
        files
            .into_iter()
            .map(|file| file["yanked"].clone())
            .collect::<Vec<_>>()
    };
    let reason = serde_json::json!("breaks <things>");
    assert_eq!(
        of(&yanked),
        [reason.clone(), reason, serde_json::Value::Null]
    );
    yank(Some("")).await.unwrap();
    assert_eq!(of(&page(&test).await)[0], true);
    yank(None).await.unwrap();
    assert_eq!(of(&page(&test).await)[0], serde_json::Value::Null);
    let missing = test
        .store
        .yank_release(alice, (&project(), &"9".parse().unwrap()), Some(""), at(3))
        .await;
    assert!(
        matches!(missing, Err(ManageError::NoSuchRelease { .. })),
        "{missing:?}"
    );
    let events = test.store.events_since(0, 100).await.unwrap();
    let last: Vec<&str> = events
        .iter()
        .rev()
        .take(3)
        .map(|event| &*event.action)
        .collect();
    assert_eq!(last, ["release:unyank", "release:yank", "release:yank"]);
    assert_eq!(events.last().unwrap().user_name.as_deref(), Some("alice"));
}

async fn a_deleted_file_is_gone_and_its_name_stays_taken(test: TestStore) {
    let alice = published(&test).await;
    let alice_id = test.store.user(&"alice".parse().unwrap()).await.unwrap();
    let gone = test
        .store
        .delete_file(alice, &project(), WHEEL, at(2))
        .await
        .unwrap();
    assert_eq!(gone.file_name, WHEEL);
    assert!(!test.kept(&gone.sha256, WHEEL).exists());
    let metadata = format!("{WHEEL}.metadata");
    assert!(!test.kept(&gone.sha256, &metadata).exists());
    assert_eq!(test.store.file(WHEEL).await.unwrap(), None);
    assert_eq!(
        page(&test).await["versions"],
        serde_json::json!(["1.0", "2.0"])
    );
    // Neither other bytes nor the same come back under the name.
    for content in ["other", WHEEL] {
        let new = file(alice_id, "1.0", WHEEL, content);
        let refused = test.store.publish_file(&new, at(3)).await;
        assert!(
            matches!(&refused, Err(PublishError::NameReserved { file_name }) if file_name == WHEEL),
            "{refused:?}"
        );
    }
    // The last file takes its release with it.
    let release = "1.0".parse().unwrap();
    let files = test
        .store
        .delete_release(alice, (&project(), &release), at(4))
        .await
        .unwrap();
    assert_eq!(files.len(), 1);
    assert!(!test.kept(&files[0].sha256, SDIST).exists());
    assert_eq!(page(&test).await["versions"], serde_json::json!(["2.0"]));
    assert_eq!(
        test.store.release(&project(), &release).await.unwrap(),
        None
    );
    let missing = test
        .store
        .delete_file(alice, &project(), SDIST, at(5))
        .await;
    assert!(
        matches!(missing, Err(ManageError::NoSuchFile { .. })),
        "{missing:?}"
    );
}

async fn a_deleted_project_leaves_its_events(test: TestStore) {
    let alice = published(&test).await;
    let files = test
        .store
        .delete_project(alice, &project(), at(2))
        .await
        .unwrap();
    assert_eq!(files.len(), 3);
    assert_eq!(test.store.page(&project()).await.unwrap(), None);
    assert_eq!(test.store.project_and_file_count().await.unwrap(), (0, 0));
    let again = test.store.delete_project(alice, &project(), at(3)).await;
    assert!(
        matches!(again, Err(ManageError::NoSuchProject(_))),
        "{again:?}"
    );
    let events = test.store.events_since(0, 100).await.unwrap();
    let of_project = events
        .iter()
        .filter(|event| event.project.as_deref() == Some("a"));
    assert_eq!(of_project.count(), 4);
    // Somebody else may take the project's name, but not its files' names.
    let bob = user(&test.store, "bob").await;
    let refused = test
        .store
        .publish_file(&file(bob, "1.0", SDIST, "new"), at(4))
        .await;
    assert!(
        matches!(refused, Err(PublishError::NameReserved { .. })),
        "{refused:?}"
    );
    test.store
        .publish_file(&file(bob, "3.0", "a-3.0.tar.gz", "new"), at(5))
        .await
        .expect("published");
}

async fn a_status_is_on_the_page_and_closes_uploads(test: TestStore) {
    let alice = published(&test).await;
    let alice_id = test.store.user(&"alice".parse().unwrap()).await.unwrap();
    let change = |actor: Actor, state: ProjectState, reason: Option<&'static str>| {
        let store = test.store.clone();
        async move {
            store
                .change_status(actor, &project(), (&state, reason), at(2))
                .await
        }
    };
    change(alice, ProjectState::Archived, Some("finished"))
        .await
        .unwrap();
    let shown = page(&test).await;
    assert_eq!(
        shown["project-status"],
        serde_json::json!({ "status": "archived", "reason": "finished" })
    );
    let new = file(alice_id, "3.0", "a-3.0.tar.gz", "new");
    let closed = test.store.publish_file(&new, at(3)).await;
    assert!(
        matches!(closed, Err(PublishError::Closed { .. })),
        "{closed:?}"
    );
    // A quarantine is the index's matter, in both directions.
    let own = change(alice, ProjectState::Quarantined, None).await;
    assert!(matches!(own, Err(ManageError::NotAdministrator)), "{own:?}");
    change(Actor::COMMAND_LINE, ProjectState::Quarantined, None)
        .await
        .unwrap();
    let lifted = change(alice, ProjectState::Active, None).await;
    assert!(
        matches!(lifted, Err(ManageError::NotAdministrator)),
        "{lifted:?}"
    );
    change(Actor::COMMAND_LINE, ProjectState::Active, None)
        .await
        .unwrap();
    test.store
        .publish_file(&new, at(4))
        .await
        .expect("published");
}

async fn only_owners_manage(test: TestStore) {
    let alice = published(&test).await;
    let (bob, eve) = (
        user(&test.store, "bob").await,
        user(&test.store, "eve").await,
    );
    let bobs = ("bob".parse().unwrap(), Role::Maintainer);
    test.store
        .grant_role(alice, &project(), (&bobs.0, bobs.1), at(2))
        .await
        .unwrap();
    let serial = test.store.last_serial().await.unwrap();
    let one = "1.0".parse().unwrap();
    for actor in [Actor::user(bob), Actor::user(eve)] {
        let store = &test.store;
        let name = project();
        let results = [
            store
                .yank_release(actor, (&name, &one), Some(""), at(3))
                .await
                .err(),
            store.delete_file(actor, &name, WHEEL, at(3)).await.err(),
            store
                .delete_release(actor, (&name, &one), at(3))
                .await
                .err(),
            store.delete_project(actor, &name, at(3)).await.err(),
            store
                .change_status(actor, &name, (&ProjectState::Archived, None), at(3))
                .await
                .err(),
            store
                .change_reading(actor, &name, Some(Reading::People), at(3))
                .await
                .err(),
            store
                .grant_role(actor, &name, (&"eve".parse().unwrap(), Role::Owner), at(3))
                .await
                .err(),
            store
                .revoke_role(actor, &name, &"alice".parse().unwrap(), at(3))
                .await
                .err(),
        ];
        for result in results {
            assert!(
                matches!(
                    result,
                    Some(ManageError::NotAllowed {
                        needed: Role::Owner,
                        ..
                    })
                ),
                "{actor:?}: {result:?}"
            );
        }
    }
    assert_eq!(test.store.last_serial().await.unwrap(), serial);
    // A maintainer may leave.
    test.store
        .revoke_role(Actor::user(bob), &project(), &bobs.0, at(4))
        .await
        .unwrap();
    let people = test.store.people(&project()).await.unwrap();
    assert_eq!(people, [("alice".to_owned(), Role::Owner)]);
}

async fn a_project_keeps_an_owner(test: TestStore) {
    let alice = published(&test).await;
    user(&test.store, "bob").await;
    let (name, alice_name) = (project(), "alice".parse().unwrap());
    for result in [
        test.store
            .revoke_role(alice, &name, &alice_name, at(2))
            .await,
        test.store
            .grant_role(alice, &name, (&alice_name, Role::Maintainer), at(2))
            .await,
    ] {
        assert!(
            matches!(result, Err(ManageError::LastOwner { .. })),
            "{result:?}"
        );
    }
    let bob = "bob".parse().unwrap();
    test.store
        .grant_role(alice, &name, (&bob, Role::Owner), at(3))
        .await
        .unwrap();
    test.store
        .revoke_role(alice, &name, &alice_name, at(4))
        .await
        .unwrap();
    assert_eq!(
        test.store.projects_of(&bob).await.unwrap(),
        [("a".to_owned(), Role::Owner)]
    );
    let none = test
        .store
        .revoke_role(Actor::COMMAND_LINE, &name, &alice_name, at(5))
        .await;
    assert!(matches!(none, Err(ManageError::NoRole { .. })), "{none:?}");
}

async fn who_sees_what(test: TestStore) {
    let alice = published(&test).await;
    let bob = user(&test.store, "bob").await;
    let root = user(&test.store, "root").await;
    test.store
        .change_administrator(Actor::COMMAND_LINE, &"root".parse().unwrap(), true, at(1))
        .await
        .unwrap();
    let alice_id = test.store.user(&"alice".parse().unwrap()).await.unwrap();
    let (public, signed_in, people) = (Reading::Public, Reading::SignedIn, Reading::People);
    // What the project says, what the index says, and whether nobody, bob, alice, root may read.
    for (own, default, expected) in [
        (None, public, [true, true, true, true]),
        (None, signed_in, [false, true, true, true]),
        (None, people, [false, false, true, true]),
        (Some(public), people, [true, true, true, true]),
        (Some(signed_in), public, [false, true, true, true]),
        (Some(people), public, [false, false, true, true]),
    ] {
        test.store
            .change_reading(alice, &project(), own, at(2))
            .await
            .unwrap();
        assert_eq!(test.store.project_reading(&project()).await.unwrap(), own);
        let readers = [None, Some(bob), Some(alice_id), Some(root)];
        for (user, expected) in readers.into_iter().zip(expected) {
            let audience = Audience { user, default };
            let what = format!("{own:?} {default:?} {user:?}");
            let store = &test.store;
            let visible = store.is_visible(&project(), audience).await.unwrap();
            assert_eq!(visible, expected, "{what}");
            let listed = store.visible_projects(audience).await.unwrap();
            assert_eq!(listed.len(), usize::from(expected), "{what}");
            let newest = store.newest_projects(audience, 9).await.unwrap();
            assert_eq!(newest.len(), usize::from(expected), "{what}");
        }
    }
    let nothing = Audience {
        user: Some(root),
        default: public,
    };
    let missing = "b".parse().unwrap();
    assert!(!test.store.is_visible(&missing, nothing).await.unwrap());
}

async fn what_is_quarantined_is_not_offered(test: TestStore) {
    published(&test).await;
    let held = (&ProjectState::Quarantined, Some("malware"));
    test.store
        .change_status(Actor::COMMAND_LINE, &project(), held, at(2))
        .await
        .unwrap();
    let shown = page(&test).await;
    assert_eq!(shown["files"], serde_json::json!([]));
    assert_eq!(shown["versions"], serde_json::json!([]));
    assert_eq!(shown["project-status"]["status"], "quarantined");
    let file = test.store.served_file(WHEEL).await.unwrap().expect("kept");
    assert!(file.is_quarantined);
    let free = (&ProjectState::Active, None);
    test.store
        .change_status(Actor::COMMAND_LINE, &project(), free, at(3))
        .await
        .unwrap();
    assert_eq!(page(&test).await["files"].as_array().unwrap().len(), 3);
}

async fn an_audit_finds_what_is_wrong(test: TestStore) {
    let alice = published(&test).await;
    let audit = || {
        let store = test.store.clone();
        async move {
            store
                .audit(&mut |_| std::ops::ControlFlow::Continue(()))
                .await
                .unwrap()
        }
    };
    let clean = audit().await;
    // The support's metadata is not what the rows say it is.
    let metadata = Finding::File {
        project: "a".to_owned(),
        file_name: WHEEL.to_owned(),
        problem: "its metadata has another digest",
    };
    assert_eq!((clean.projects, clean.files), (1, 3));
    assert_eq!(clean.findings, std::slice::from_ref(&metadata));
    let sdist = test.store.file(SDIST).await.unwrap().expect("there");
    let path = test.kept(&sdist.sha256, SDIST);
    let problem_after = |bytes: Option<&'static [u8]>| {
        match bytes {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let audit = audit();
        async move {
            let findings = audit.await.findings.into_iter();
            let mut problems = findings.filter_map(|finding| match finding {
                Finding::File {
                    file_name, problem, ..
                } if file_name == SDIST => Some(problem),
                _ => None,
            });
            problems.next()
        }
    };
    assert_eq!(
        problem_after(Some(b"short")).await,
        Some("it has another size")
    );
    assert_eq!(
        problem_after(Some(b"a-1.0.tar.gX")).await,
        Some("it has another digest")
    );
    assert_eq!(
        problem_after(None).await,
        Some("it is not where files are kept")
    );
    assert_eq!(problem_after(Some(SDIST.as_bytes())).await, None);
    // Bytes that nobody names are told, and do no harm.
    let stray = path.with_file_name("stray.whl");
    std::fs::write(&stray, b"x").unwrap();
    let found = audit().await.findings;
    let place = test.shown(&stray);
    assert_eq!(found, [metadata, Finding::Unnamed { place }]);
    assert!(found[0].is_harmful() && !found[1].is_harmful());
    // Nothing is left of what is deleted.
    test.store
        .delete_project(alice, &project(), at(9))
        .await
        .unwrap();
    let after = audit().await;
    assert_eq!((after.projects, after.files), (0, 0));
    assert!(
        after.findings.iter().all(|finding| !finding.is_harmful()),
        "{after:?}"
    );
}
