//! An answer is found while it is fresh, and only for its own question.

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::Answers;

#[test]
fn answers_hold_for_a_day() {
    let folder = TempDir::new().unwrap();
    let answers = Answers::in_folder(folder.path().join("answers"));
    let now = Timestamp::from_second(1_000_000).unwrap();
    let later = |hours| now + SignedDuration::from_hours(hours);
    assert_eq!(answers.find("rich", now), None);
    answers.remember("rich", "abc", now).unwrap();
    assert_eq!(answers.find("rich", now).as_deref(), Some("abc"));
    assert_eq!(answers.find("rich", later(23)).as_deref(), Some("abc"));
    assert_eq!(answers.find("rich", later(24)), None);
    assert_eq!(
        answers.find("rich", later(-1)),
        None,
        "a clock that went back"
    );
    assert_eq!(answers.find("httpx", now), None);
}
