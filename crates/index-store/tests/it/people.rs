//! Sessions, invitations, administrators and settings.

use jiff::{SignedDuration, Timestamp};
use tilsit_index_store::{
    Actor, IndexSettings, ManageError, NewProjects, NewToken, Reading, RegistrationError, Secret,
    StoreError, TokenPermission, TokenScope,
};

use crate::support::{TestStore, at, on_both_databases, user};

on_both_databases!(
    a_session_ends,
    an_invitation_is_good_once,
    registration_is_closed_until_it_is_opened,
    there_is_always_an_administrator,
    who_is_locked_out_has_nothing,
    tokens_are_listed_and_revoked_by_their_user,
    settings_are_the_administrators,
);

fn hours(hours: i64) -> Timestamp {
    at(0) + SignedDuration::from_hours(hours)
}

async fn a_session_ends(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let secret = test.store.begin_session(alice, at(0)).await.unwrap();
    let found = test
        .store
        .session(&secret, hours(11))
        .await
        .unwrap()
        .expect("alive");
    assert_eq!(
        (found.user, &*found.name, found.is_admin),
        (alice, "alice", false)
    );
    assert_eq!(test.store.session(&secret, hours(12)).await.unwrap(), None);
    let other: Secret = "A".repeat(43).parse().unwrap();
    assert_eq!(test.store.session(&other, at(1)).await.unwrap(), None);
    let second = test.store.begin_session(alice, at(1)).await.unwrap();
    test.store.end_session(&secret).await.unwrap();
    assert_eq!(test.store.session(&secret, at(2)).await.unwrap(), None);
    assert!(test.store.session(&second, at(2)).await.unwrap().is_some());
    // Another password ends every session.
    test.store
        .change_password(alice, "new", at(3))
        .await
        .unwrap();
    assert_eq!(test.store.session(&second, at(3)).await.unwrap(), None);
    assert_eq!(
        test.store
            .verify_password("alice", "password")
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        test.store.verify_password("alice", "new").await.unwrap(),
        Some(alice)
    );
}

async fn an_invitation_is_good_once(test: TestStore) {
    let invitation = test
        .store
        .invite(Actor::COMMAND_LINE, true, at(0))
        .await
        .unwrap();
    assert!(test.store.is_invited(&invitation, at(1)).await.unwrap());
    let week = hours(7 * 24);
    assert!(!test.store.is_invited(&invitation, week).await.unwrap());
    let register = |name: &'static str, now: Timestamp| {
        let (store, invitation) = (test.store.clone(), invitation.clone());
        async move {
            let name = name.parse().unwrap();
            store
                .register(Some(&invitation), (&name, "password"), now)
                .await
        }
    };
    let late = register("alice", week).await;
    assert!(
        matches!(late, Err(RegistrationError::Invitation)),
        "{late:?}"
    );
    // A name that is taken does not use the invitation up.
    user(&test.store, "bob").await;
    let taken = register("bob", at(2)).await;
    assert!(
        matches!(
            taken,
            Err(RegistrationError::Store(StoreError::UserExists(_)))
        ),
        "{taken:?}"
    );
    register("alice", at(3)).await.unwrap();
    let record = test
        .store
        .user_record(&"alice".parse().unwrap())
        .await
        .unwrap();
    assert!(record.is_admin);
    let again = register("carol", at(4)).await;
    assert!(
        matches!(again, Err(RegistrationError::Invitation)),
        "{again:?}"
    );
    assert_eq!(test.store.user_count().await.unwrap(), 2);
}

async fn registration_is_closed_until_it_is_opened(test: TestStore) {
    let name = "alice".parse().unwrap();
    let closed = test.store.register(None, (&name, "password"), at(0)).await;
    assert!(
        matches!(closed, Err(RegistrationError::Closed)),
        "{closed:?}"
    );
    let open = IndexSettings {
        open_registration: true,
        ..IndexSettings::default()
    };
    test.store
        .change_settings(Actor::COMMAND_LINE, &open, at(1))
        .await
        .unwrap();
    test.store
        .register(None, (&name, "password"), at(2))
        .await
        .unwrap();
    let record = test.store.user_record(&name).await.unwrap();
    assert!(!record.is_admin);
    let long = "p".repeat(5000);
    let too_long = test
        .store
        .register(None, (&"bob".parse().unwrap(), &long), at(3))
        .await;
    assert!(
        matches!(
            too_long,
            Err(RegistrationError::Store(StoreError::LongPassword))
        ),
        "{too_long:?}"
    );
}

async fn there_is_always_an_administrator(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let bob = user(&test.store, "bob").await;
    let (alice_name, bob_name) = ("alice".parse().unwrap(), "bob".parse().unwrap());
    let promote = Actor::COMMAND_LINE;
    test.store
        .change_administrator(promote, &alice_name, true, at(1))
        .await
        .unwrap();
    let eager = test
        .store
        .change_administrator(Actor::user(bob), &bob_name, true, at(2))
        .await;
    assert!(
        matches!(eager, Err(ManageError::NotAdministrator)),
        "{eager:?}"
    );
    for result in [
        test.store
            .change_administrator(Actor::user(alice), &alice_name, false, at(3))
            .await,
        test.store
            .disable_user(promote, &alice_name, true, at(3))
            .await,
    ] {
        assert!(
            matches!(result, Err(ManageError::LastAdministrator(_))),
            "{result:?}"
        );
    }
    test.store
        .change_administrator(Actor::user(alice), &bob_name, true, at(4))
        .await
        .unwrap();
    test.store
        .change_administrator(Actor::user(bob), &alice_name, false, at(5))
        .await
        .unwrap();
    let names: Vec<(String, bool)> = test
        .store
        .users()
        .await
        .unwrap()
        .into_iter()
        .map(|user| (user.name, user.is_admin))
        .collect();
    assert_eq!(
        names,
        [("alice".to_owned(), false), ("bob".to_owned(), true)]
    );
    let nobody = test
        .store
        .change_administrator(promote, &"eve".parse().unwrap(), true, at(6))
        .await;
    assert!(
        matches!(nobody, Err(ManageError::Store(StoreError::NoSuchUser(_)))),
        "{nobody:?}"
    );
}

async fn who_is_locked_out_has_nothing(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let name = "alice".parse().unwrap();
    let new = NewToken::new(TokenScope::User, "ci");
    let token = test.store.create_token(alice, &new, at(0)).await.unwrap();
    let session = test.store.begin_session(alice, at(0)).await.unwrap();
    test.store
        .disable_user(Actor::COMMAND_LINE, &name, true, at(1))
        .await
        .unwrap();
    assert_eq!(test.store.authenticate(&token, at(2)).await.unwrap(), None);
    assert_eq!(test.store.session(&session, at(2)).await.unwrap(), None);
    assert_eq!(
        test.store
            .verify_password("alice", "password")
            .await
            .unwrap(),
        None
    );
    test.store
        .disable_user(Actor::COMMAND_LINE, &name, false, at(3))
        .await
        .unwrap();
    assert!(
        test.store
            .authenticate(&token, at(4))
            .await
            .unwrap()
            .is_some()
    );
}

async fn tokens_are_listed_and_revoked_by_their_user(test: TestStore) {
    let alice = user(&test.store, "alice").await;
    let eve = user(&test.store, "eve").await;
    let new = NewToken {
        permission: TokenPermission::Read,
        expires: Some(at(100)),
        ..NewToken::new(TokenScope::Projects(vec!["a".parse().unwrap()]), "reader")
    };
    let token = test.store.create_token(alice, &new, at(0)).await.unwrap();
    let found = test
        .store
        .authenticate(&token, at(99))
        .await
        .unwrap()
        .expect("alive");
    assert_eq!(found.permission, TokenPermission::Read);
    assert_eq!(
        test.store.authenticate(&token, at(100)).await.unwrap(),
        None
    );
    let listed = test.store.tokens_of(alice).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (
            &*listed[0].prefix,
            &*listed[0].description,
            listed[0].expires
        ),
        (token.prefix(), "reader", Some(at(100)))
    );
    assert!(
        !test
            .store
            .revoke_token(eve, token.prefix(), at(1))
            .await
            .unwrap()
    );
    assert!(
        test.store
            .authenticate(&token, at(2))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        test.store
            .revoke_token(alice, token.prefix(), at(3))
            .await
            .unwrap()
    );
    assert!(
        !test
            .store
            .revoke_token(alice, token.prefix(), at(3))
            .await
            .unwrap()
    );
    assert_eq!(test.store.authenticate(&token, at(4)).await.unwrap(), None);
    assert_eq!(test.store.tokens_of(alice).await.unwrap(), []);
    let had = async |user, prefix| test.store.has_or_had_token(user, prefix).await.unwrap();
    assert!(had(alice, token.prefix()).await);
    assert!(!had(eve, token.prefix()).await);
    assert!(!had(alice, "AAAAAAAAAAAA").await);
}

async fn settings_are_the_administrators(test: TestStore) {
    assert_eq!(
        test.store.settings().await.unwrap(),
        IndexSettings::default()
    );
    let alice = user(&test.store, "alice").await;
    let closed = IndexSettings {
        new_projects: NewProjects::Administrators,
        reading: Reading::SignedIn,
        open_registration: false,
    };
    let refused = test
        .store
        .change_settings(Actor::user(alice), &closed, at(1))
        .await;
    assert!(
        matches!(refused, Err(ManageError::NotAdministrator)),
        "{refused:?}"
    );
    test.store
        .change_settings(Actor::COMMAND_LINE, &closed, at(2))
        .await
        .unwrap();
    assert_eq!(test.store.settings().await.unwrap(), closed);
    let last = test
        .store
        .events_since(0, 100)
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!((&*last.action, last.user_name), ("index:settings", None));
}
