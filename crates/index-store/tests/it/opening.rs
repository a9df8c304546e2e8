//! Opening, migrating, and the operations without `async`.

use tilsit_index_store::{BlockingStore, IndexStore, StoreError, TokenScope};

use crate::support::{TestStore, at, on_both_databases, user};

on_both_databases!(
    a_store_opens_again_with_what_it_held,
    many_may_open_a_new_store_at_once,
    a_newer_schema_is_refused,
    the_blocking_store_does_the_same,
);

async fn a_store_opens_again_with_what_it_held(test: TestStore) {
    let id = user(&test.store, "alice").await;
    test.store.close().await;
    let again = IndexStore::open(&test.options, at(1))
        .await
        .expect("opened");
    assert_eq!(again.user(&"alice".parse().unwrap()).await.unwrap(), id);
    assert_eq!(again.last_serial().await.unwrap(), 1);
    again.check().await.expect("healthy");
}

async fn many_may_open_a_new_store_at_once(test: TestStore) {
    let mut options = test.options.clone();
    options.data = options.data.join("second");
    let opening = (0..4).map(|_| {
        let options = options.clone();
        tokio::spawn(async move { IndexStore::open(&options, at(0)).await.map(|_| ()) })
    });
    for opened in opening.collect::<Vec<_>>() {
        opened.await.unwrap().expect("opened");
    }
}

async fn a_newer_schema_is_refused(test: TestStore) {
    test.store.close().await;
    let url = test.options.database_url.clone().unwrap_or_else(|| {
        let path = test.options.data.join("index.sqlite3");
        let path = url::Url::from_file_path(path).unwrap();
        format!("sqlite://{}", path.path())
    });
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    sqlx::query("INSERT INTO migrations (version, applied_us) VALUES (99, 0)")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let error = IndexStore::open(&test.options, at(1)).await.unwrap_err();
    assert!(
        matches!(error, StoreError::SchemaTooNew { found: 99, .. }),
        "{error}"
    );
}

async fn the_blocking_store_does_the_same(test: TestStore) {
    let options = test.options.clone();
    let token = std::thread::spawn(move || {
        let store = BlockingStore::open(&options, at(0)).expect("opened");
        let name = "bob".parse().unwrap();
        assert_eq!(store.user_count().unwrap(), 0);
        store.create_user(&name, "password", at(0)).expect("made");
        let projects = vec!["a".parse().unwrap()];
        let nobody = store.create_token(&"eve".parse().unwrap(), Vec::new(), "", at(0));
        assert!(matches!(nobody, Err(StoreError::NoSuchUser(_))));
        store
            .create_token(&name, projects, "ci", at(0))
            .expect("made")
    })
    .join()
    .unwrap();
    let found = test
        .store
        .authenticate(&token, at(1))
        .await
        .unwrap()
        .expect("known");
    assert_eq!(
        found.scope,
        TokenScope::Projects(vec!["a".parse().unwrap()])
    );
}
