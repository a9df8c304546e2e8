//! Dates and modes as users write them.

use super::cut_off;

#[test]
fn a_date_means_its_whole_day() {
    let day = cut_off("2026-06-30").unwrap();
    assert_eq!(day.to_string(), "2026-07-01T00:00:00Z");
    let moment = cut_off("2026-06-30T12:00:00+02:00").unwrap();
    assert_eq!(moment.to_string(), "2026-06-30T10:00:00Z");
    for wrong in ["", "June", "2026-13-01", "30.6.2026"] {
        assert_eq!(cut_off(wrong).unwrap_err().code.id(), "TL0002", "{wrong}");
    }
}
