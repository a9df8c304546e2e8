//! The time stamp of a zip entry: two-second steps from 1980 to 2107, without a time zone.

/// Seconds from 1970 to 1980.
const FIRST_SECONDS: u64 = 315_532_800;
/// Seconds from 1970 to the last moment that the format can express.
const LAST_SECONDS: u64 = 4_354_819_198;

/// A time in the form that zip entries keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DosTime {
    /// Years since 1980, month and day, in 7, 4 and 5 bits.
    pub date: u16,
    /// Hour, minute and half of the second, in 5, 6 and 5 bits.
    pub time: u16,
}

impl DosTime {
    /// The format's first moment, 1980-01-01, for archives that do not depend on the time.
    pub const FIRST: Self = Self {
        date: 1 << 5 | 1,
        time: 0,
    };

    /// The time of `seconds` since 1970, as in `SOURCE_DATE_EPOCH`, in UTC; what the format cannot
    /// express becomes its first or last moment.
    pub fn from_unix(seconds: u64) -> Self {
        let seconds = seconds.clamp(FIRST_SECONDS, LAST_SECONDS);
        let (year, month, day) = civil(seconds / 86_400);
        let of_day = seconds % 86_400;
        let narrow = |value: u64| u16::try_from(value).expect("it is a part of a date");
        Self {
            date: narrow((year - 1980) << 9 | month << 5 | day),
            time: narrow((of_day / 3600) << 11 | (of_day / 60 % 60) << 5 | (of_day % 60 / 2)),
        }
    }

    /// The same in seconds since 1970, taken as UTC; parts of a date that are none count on into the next.
    pub fn to_unix(self) -> u64 {
        let part = |value: u16, shift: u32, mask: u16| u64::from(value >> shift & mask);
        let (year, month) = (
            part(self.date, 9, 0x7f) + 1980,
            part(self.date, 5, 0xf).max(1),
        );
        // Years start in March here, so that the leap day is the last of its year.
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let days = year * 365 + year / 4 - year / 100
            + year / 400
            + (153 * month + 2) / 5
            + part(self.date, 0, 0x1f).max(1)
            - 1
            - 719_468;
        let of_day = part(self.time, 11, 0x1f) * 3600
            + part(self.time, 5, 0x3f) * 60
            + part(self.time, 0, 0x1f) * 2;
        days * 86_400 + of_day
    }
}

impl Default for DosTime {
    fn default() -> Self {
        Self::FIRST
    }
}

/// Year, month and day of a day since 1970, in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years start in March here, so that the leap day is the last of its year.
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_known_seconds() {
        let cases = [
            (0, (1980, 1, 1), (0, 0, 0)),
            (315_532_800, (1980, 1, 1), (0, 0, 0)),
            (951_782_399, (2000, 2, 28), (23, 59, 58)),
            (951_868_800, (2000, 3, 1), (0, 0, 0)),
            (1_580_601_600, (2020, 2, 2), (0, 0, 0)),
            (1_709_210_096, (2024, 2, 29), (12, 34, 56)),
            (4_354_819_199, (2107, 12, 31), (23, 59, 58)),
            (u64::MAX, (2107, 12, 31), (23, 59, 58)),
        ];
        for (seconds, (year, month, day), (hour, minute, second)) in cases {
            let found = DosTime::from_unix(seconds);
            let date: u16 = (year - 1980) << 9 | month << 5 | day;
            let time: u16 = hour << 11 | minute << 5 | (second / 2);
            assert_eq!((found.date, found.time), (date, time), "{seconds}");
            let known = seconds.clamp(FIRST_SECONDS, LAST_SECONDS);
            assert_eq!(found.to_unix(), known / 2 * 2);
        }
        assert_eq!(DosTime::from_unix(0), DosTime::FIRST);
    }
}
