//! What is found out about a request while it is answered and belongs into its line of the log: who
//! asks. Kept beside the task that answers, so that no function passes it through.

use std::sync::{Mutex, PoisonError};

tokio::task_local! {
    static NOTES: Notes;
}

/// The notes of one request.
#[derive(Debug, Default)]
struct Notes {
    user: Mutex<Option<String>>,
}

/// Answers a request, and gives the user whom it turned out to be from.
pub(crate) async fn taken<T>(answer: impl Future<Output = T>) -> (T, Option<String>) {
    NOTES
        .scope(Notes::default(), async {
            let answered = answer.await;
            let user = NOTES.with(|notes| {
                let mut user = notes.user.lock().unwrap_or_else(PoisonError::into_inner);
                user.take()
            });
            (answered, user)
        })
        .await
}

/// Notes who asks. Outside of a request there is nobody to note it.
pub(crate) fn user(name: &str) {
    let _ = NOTES.try_with(|notes| {
        let mut user = notes.user.lock().unwrap_or_else(PoisonError::into_inner);
        *user = Some(name.to_owned());
    });
}
