//! Users, passwords and tokens.

use tilsit_index_store::{NewToken, StoreError, TokenScope, TokenText};

use crate::support::{TestStore, at, on_both_databases, user};

on_both_databases!(
    a_name_belongs_to_one_user_whatever_its_case,
    only_the_right_password_is_taken,
    a_token_is_taken_as_a_whole_only,
    events_tell_of_accounts,
);

async fn a_name_belongs_to_one_user_whatever_its_case(test: TestStore) {
    let id = user(&test.store, "Alice").await;
    let again = test
        .store
        .create_user(&"aLICE".parse().unwrap(), "x", at(1))
        .await;
    assert!(matches!(again, Err(StoreError::UserExists(_))), "{again:?}");
    assert_eq!(
        test.store.user(&"alice".parse().unwrap()).await.unwrap(),
        id
    );
    assert_eq!(test.store.user_name(id).await.unwrap(), "Alice");
    assert_eq!(test.store.user_count().await.unwrap(), 1);
    let empty = test
        .store
        .create_user(&"bob".parse().unwrap(), "", at(1))
        .await;
    assert!(matches!(empty, Err(StoreError::EmptyPassword)), "{empty:?}");
}

async fn only_the_right_password_is_taken(test: TestStore) {
    let id = user(&test.store, "alice").await;
    let verify = |name: &'static str, password: &'static str| {
        let store = test.store.clone();
        async move { store.verify_password(name, password).await.unwrap() }
    };
    assert_eq!(verify("alice", "password").await, Some(id));
    assert_eq!(verify("ALICE", "password").await, Some(id));
    for (name, password) in [
        ("alice", "passwore"),
        ("alice", ""),
        ("bob", "password"),
        ("", ""),
        ("' OR 1=1 --", "password"),
    ] {
        assert_eq!(verify(name, password).await, None, "{name} {password}");
    }
    let long = "p".repeat(5000);
    assert_eq!(
        test.store.verify_password("alice", &long).await.unwrap(),
        None
    );
}

async fn a_token_is_taken_as_a_whole_only(test: TestStore) {
    let id = user(&test.store, "alice").await;
    let token = test
        .store
        .create_token(id, &NewToken::new(TokenScope::User, "one"), at(0))
        .await
        .unwrap();
    let other = test
        .store
        .create_token(id, &NewToken::new(TokenScope::User, "two"), at(0))
        .await
        .unwrap();
    let found = test
        .store
        .authenticate(&token, at(1))
        .await
        .unwrap()
        .expect("known");
    assert_eq!((found.user, found.scope), (id, TokenScope::User));
    let (text, other) = (token.to_string(), other.to_string());
    let mixed: TokenText = format!("{}{}", &text[..17], &other[17..]).parse().unwrap();
    assert_eq!(test.store.authenticate(&mixed, at(1)).await.unwrap(), None);
    let last = if text.ends_with('A') { "B" } else { "A" };
    let changed: TokenText = format!("{}{last}", &text[..59]).parse().unwrap();
    assert_eq!(
        test.store.authenticate(&changed, at(1)).await.unwrap(),
        None
    );
}

async fn events_tell_of_accounts(test: TestStore) {
    let id = user(&test.store, "alice").await;
    let token = test
        .store
        .create_token(id, &NewToken::new(TokenScope::User, "laptop"), at(5))
        .await
        .unwrap();
    let events = test.store.events_since(0, 10).await.unwrap();
    let actions: Vec<_> = events
        .iter()
        .map(|event| (event.serial, event.action.as_str()))
        .collect();
    assert_eq!(actions, [(1, "user:create"), (2, "token:create")]);
    assert_eq!(events[1].at, at(5));
    assert!(events[1].subject.contains(token.prefix()));
    assert!(!events[1].subject.contains(&token.to_string()[20..]));
    assert_eq!(test.store.events_since(1, 10).await.unwrap().len(), 1);
}
