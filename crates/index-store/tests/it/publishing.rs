//! Publishing: what becomes visible, what is refused, and many at once.

use tilsit_index_store::{Audience, ProjectAccess, Publication, PublishError, Reading, Role};

use crate::support::{TestStore, at, file, on_both_databases, user};

on_both_databases!(
    a_published_file_is_on_its_page,
    what_cannot_be_published,
    only_people_with_a_role_publish,
    of_many_with_one_name_one_wins,
    of_many_files_none_is_lost,
    lists_of_projects,
    releases_and_files,
);

const EVERYBODY: Audience = Audience {
    user: None,
    default: Reading::Public,
};
const WHEEL: &str = "a-1.0-py3-none-any.whl";

async fn a_published_file_is_on_its_page(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let name = "a".parse().unwrap();
    assert_eq!(test.store.page(&name).await.unwrap(), None);
    for (seconds, version, file_name) in [
        (1, "1.10", "a-1.10.tar.gz"),
        (2, "1.9", "a-1.9.tar.gz"),
        (3, "1.9", "a-1.9-py3-none-any.whl"),
    ] {
        let new = file(alice, version, file_name, file_name);
        let published = test.store.publish_file(&new, at(seconds)).await.unwrap();
        // The user's own creation was the first change.
        let serial = seconds.cast_unsigned() + 1;
        assert_eq!(published, Publication::Published { serial });
    }
    let page = test.store.page(&name).await.unwrap().expect("there");
    assert_eq!(page.serial, 4);
    let head = test.store.page_head(&name).await.unwrap().expect("there");
    assert_eq!((head.serial, head.reading), (4, None));
    let page: serde_json::Value = serde_json::from_str(&page.json).unwrap();
    // Once for each database.
    insta::allow_duplicates! {
    insta::assert_snapshot!(serde_json::to_string_pretty(&page).unwrap(), @r#"
    {
      "files": [
        {
          "core-metadata": {
            "sha256": "45447b7afbd5e544f7d0f1df0fccd26014d9850130abd3f020b89ff96b82079f"
          },
          "filename": "a-1.9-py3-none-any.whl",
          "hashes": {
            "sha256": "68a7210ee2383c8b413101f0db255cbc48ffe8c3d4a1d3f4ec5bd6c3968d8ad7"
          },
          "requires-python": ">=3.9",
          "size": 22,
          "upload-time": "2027-01-15T08:00:03Z",
          "url": "../../files/68/a7/68a7210ee2383c8b413101f0db255cbc48ffe8c3d4a1d3f4ec5bd6c3968d8ad7/a-1.9-py3-none-any.whl"
        },
        {
          "filename": "a-1.9.tar.gz",
          "hashes": {
            "sha256": "7c2e20241524a08cfb9a8979cea0a90bea824788726496bc15508487efcf74f2"
          },
          "size": 12,
          "upload-time": "2027-01-15T08:00:02Z",
          "url": "../../files/7c/2e/7c2e20241524a08cfb9a8979cea0a90bea824788726496bc15508487efcf74f2/a-1.9.tar.gz"
        },
        {
          "filename": "a-1.10.tar.gz",
          "hashes": {
            "sha256": "69185fa97f0681dab92e7d4c4ed46031bc3fc5401cfd830c94343abbaaf01611"
          },
          "size": 13,
          "upload-time": "2027-01-15T08:00:01Z",
          "url": "../../files/69/18/69185fa97f0681dab92e7d4c4ed46031bc3fc5401cfd830c94343abbaaf01611/a-1.10.tar.gz"
        }
      ],
      "meta": {
        "_last-serial": 4,
        "api-version": "1.4"
      },
      "name": "a",
      "versions": [
        "1.9",
        "1.10"
      ]
    }
    "#);
    }
}

async fn what_cannot_be_published(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let publish = |version: &'static str, name: &'static str, content: &'static str| {
        let (store, new) = (test.store.clone(), file(alice, version, name, content));
        async move { store.publish_file(&new, at(9)).await }
    };
    publish("1.0", WHEEL, "x").await.expect("published");
    publish("1.0", "a-1.0.tar.gz", "s")
        .await
        .expect("published");
    let before = test.store.page(&"a".parse().unwrap()).await.unwrap();

    let again = publish("1.0", WHEEL, "x").await;
    assert!(matches!(again, Ok(Publication::AlreadyThere)), "{again:?}");
    let other = publish("1.0", WHEEL, "y").await;
    assert!(
        matches!(other, Err(PublishError::NameTaken { .. })),
        "{other:?}"
    );
    let renamed = publish("1.0", "a-1.0-py2-none-any.whl", "x").await;
    assert!(
        matches!(&renamed, Err(PublishError::ContentTaken { other, .. }) if other == WHEEL),
        "{renamed:?}"
    );
    let second = publish("1.0", "a-1.0.zip", "z").await;
    assert!(
        matches!(&second, Err(PublishError::SecondSdist { existing }) if existing == "a-1.0.tar.gz"),
        "{second:?}"
    );
    // Nothing of it left a trace, and the connection is free again.
    assert_eq!(
        test.store.page(&"a".parse().unwrap()).await.unwrap(),
        before
    );
    publish("1.1", "a-1.1.tar.gz", "t")
        .await
        .expect("published");
}

async fn only_people_with_a_role_publish(test: TestStore) {
    let (alice, eve) = (
        user(&test.store, "alice").await,
        user(&test.store, "eve").await,
    );
    let name = "a".parse().unwrap();
    assert_eq!(
        test.store.project_access(&name, alice).await.unwrap(),
        ProjectAccess::Free
    );
    let new = file(alice, "1.0", WHEEL, "x");
    test.store
        .publish_file(&new, at(1))
        .await
        .expect("published");
    let access = test.store.project_access(&name, alice).await.unwrap();
    assert_eq!(access, ProjectAccess::Role(Role::Owner));
    assert_eq!(
        test.store.project_access(&name, eve).await.unwrap(),
        ProjectAccess::None
    );
    // The same rule inside the transaction, for one who was faster than the first check.
    let refused = test
        .store
        .publish_file(&file(eve, "2.0", "a-2.0.tar.gz", "e"), at(2))
        .await;
    assert!(
        matches!(refused, Err(PublishError::NotAllowed { .. })),
        "{refused:?}"
    );
    let same = test
        .store
        .publish_file(&file(eve, "1.0", WHEEL, "x"), at(2))
        .await;
    assert!(
        matches!(same, Err(PublishError::NotAllowed { .. })),
        "{same:?}"
    );
    assert_eq!(
        test.store.people(&name).await.unwrap(),
        [("alice".to_owned(), Role::Owner)]
    );
}

async fn of_many_with_one_name_one_wins(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let uploads: Vec<_> = (0..20)
        .map(|number| {
            let store = test.store.clone();
            let new = file(alice, "1.0", WHEEL, &format!("content {number}"));
            tokio::spawn(async move { store.publish_file(&new, at(1)).await })
        })
        .collect();
    let mut won = 0;
    for upload in uploads {
        match upload.await.unwrap() {
            Ok(Publication::Published { .. }) => won += 1,
            Err(PublishError::NameTaken { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
}

async fn of_many_files_none_is_lost(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let uploads: Vec<_> = (0..20)
        .map(|number| {
            let store = test.store.clone();
            let (version, name) = (format!("{number}"), format!("a-{number}.tar.gz"));
            let new = file(alice, &version, &name, &name);
            tokio::spawn(async move { store.publish_file(&new, at(1)).await })
        })
        .collect();
    let mut serials = Vec::new();
    for upload in uploads {
        let Publication::Published { serial } = upload.await.unwrap().expect("published") else {
            panic!("each is new");
        };
        serials.push(serial);
    }
    serials.sort_unstable();
    assert_eq!(serials, (2..22).collect::<Vec<_>>());
    let page = test
        .store
        .page(&"a".parse().unwrap())
        .await
        .unwrap()
        .expect("there");
    assert_eq!(page.serial, 21);
    let page = tilsit_simple_api::parse_json(page.json.as_bytes(), None).unwrap();
    assert_eq!(page.files.len(), 20);
    assert_eq!(test.store.events_since(0, 100).await.unwrap().len(), 21);
}

/// Two releases of `b`, one of `a` between them.
async fn three_releases(test: &TestStore) {
    let alice = user(&test.store, "alice").await;
    for (seconds, project, version) in [(1, "b", "1.0"), (2, "a", "1.0"), (3, "b", "1.1rc1")] {
        let file_name = format!("{project}-{version}.tar.gz");
        let mut new = file(alice, version, &file_name, &file_name);
        new.project = project.parse().unwrap();
        test.store
            .publish_file(&new, at(seconds))
            .await
            .expect("published");
    }
}

async fn lists_of_projects(test: TestStore) {
    three_releases(&test).await;
    let newest = test.store.newest_projects(EVERYBODY, 10).await.unwrap();
    let newest: Vec<_> = newest
        .iter()
        .map(|project| {
            (
                project.name.as_str(),
                project.summary.as_deref(),
                project.updated,
            )
        })
        .collect();
    assert_eq!(
        newest,
        [
            ("b", Some("About 1.1rc1"), at(3)),
            ("a", Some("About 1.0"), at(2))
        ]
    );
    assert_eq!(
        test.store
            .newest_projects(EVERYBODY, 1)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(test.store.project_and_file_count().await.unwrap(), (2, 3));
    let list = test.store.visible_projects(EVERYBODY).await.unwrap();
    let list: Vec<_> = list
        .iter()
        .map(|entry| (entry.name.as_str(), entry.serial))
        .collect();
    assert_eq!(list, [("a", 3), ("b", 4)]);
}

async fn releases_and_files(test: TestStore) {
    three_releases(&test).await;
    let (name, version) = ("b".parse().unwrap(), "1.1.0rc1".parse().unwrap());
    assert_eq!(test.store.release(&name, &version).await.unwrap(), None);
    let version = "1.1-RC.1".parse().unwrap();
    let release = test
        .store
        .release(&name, &version)
        .await
        .unwrap()
        .expect("there");
    assert_eq!(
        (release.version.as_str(), release.created),
        ("1.1rc1", at(3))
    );
    assert!(release.core_metadata.contains("Version: 1.1rc1"));
    assert_eq!(
        test.store.display_name(&name).await.unwrap().as_deref(),
        Some("A")
    );
    let record = test
        .store
        .file("a-1.0.tar.gz")
        .await
        .unwrap()
        .expect("there");
    assert_eq!((record.size_bytes, record.uploaded), (12, at(2)));
    let (name, version) = ("a".parse().unwrap(), "1.0".parse().unwrap());
    let files = test.store.release_files(&name, &version).await.unwrap();
    assert_eq!(files, [record]);
    assert_eq!(test.store.file("A-1.0.tar.gz").await.unwrap(), None);
}
