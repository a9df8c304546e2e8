//! Dates and formats as users write them.

use jiff::Timestamp;

use super::choices::cut_off;

#[test]
fn a_date_means_its_whole_day() {
    let now: Timestamp = "2026-07-20T10:00:00Z".parse().unwrap();
    for (text, moment) in [
        ("2026-06-30", "2026-07-01T00:00:00Z"),
        ("2026-06-30T12:00:00+02:00", "2026-06-30T10:00:00Z"),
        ("2 weeks", "2026-07-06T10:00:00Z"),
        ("P1D", "2026-07-19T10:00:00Z"),
        ("36 hours", "2026-07-18T22:00:00Z"),
    ] {
        assert_eq!(cut_off(text, now).unwrap().to_string(), moment, "{text}");
    }
    for wrong in ["", "June", "2026-13-01", "30.6.2026", "soon"] {
        let error = cut_off(wrong, now).unwrap_err();
        assert_eq!(error.code.id(), "TL0002", "{wrong}");
    }
}
