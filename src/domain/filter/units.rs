//! Sizes, ages and dates as people type them. Errors are sentences.

use jiff::civil::{Date, date};

use super::bounds::Bounds;
use super::error::typed;

/// What a size's unit is worth in bytes, by its lower-case name.
const SIZE_UNITS: [(&[&str], u64); 11] = [
    (&["", "b"], 1),
    (&["k", "kb"], 1000),
    (&["m", "mb"], 1_000_000),
    (&["g", "gb"], 1_000_000_000),
    (&["t", "tb"], 1_000_000_000_000),
    (&["p", "pb"], 1_000_000_000_000_000),
    (&["ki", "kib"], 1 << 10),
    (&["mi", "mib"], 1 << 20),
    (&["gi", "gib"], 1 << 30),
    (&["ti", "tib"], 1 << 40),
    (&["pi", "pib"], 1 << 50),
];

/// What an age's unit is worth in seconds. A year is 365 days.
const AGE_UNITS: [(&[&str], u64); 6] = [
    (&["s"], 1),
    (&["m"], 60),
    (&["h"], 3600),
    (&["d"], 86_400),
    (&["w"], 7 * 86_400),
    (&["y"], 365 * 86_400),
];

/// Digits before and after the point; more would not fit the arithmetic, and no size needs them.
const MOST_DIGITS: usize = 18;

/// Bytes: `10MB`, `1.5GiB`, `512`. What is less than a byte is dropped.
pub(super) fn size(text: &str) -> Result<u64, String> {
    scaled(text, &SIZE_UNITS).map_err(|wrong| match wrong {
        Wrong::Number => format!(
            "{} is no size; write a number and a unit with no space between, as in 10MB or 1.5GiB",
            typed(text)
        ),
        Wrong::Unit(unit) => format!(
            "{} is no unit of size; there are kB MB GB TB (thousands) and KiB MiB GiB TiB (1,024s)",
            typed(unit)
        ),
        Wrong::TooLarge => format!("{} is more bytes than can be counted", typed(text)),
    })
}

/// Seconds: `90d`, `1.5h`.
pub(super) fn age(text: &str) -> Result<i64, String> {
    let seconds = scaled(text, &AGE_UNITS).map_err(|wrong| match wrong {
        Wrong::Number => format!(
            "{} is no age; write a number and one of s m h d w y, as in 90d",
            typed(text)
        ),
        Wrong::Unit("") => format!(
            "{} has no unit; add one of s m h d w y, as in 90d",
            typed(text)
        ),
        Wrong::Unit(unit) => format!(
            "{} is no unit of age; there are s m h d w y (m is minutes)",
            typed(unit)
        ),
        Wrong::TooLarge => format!("{} is longer than can be counted", typed(text)),
    })?;
    Ok(i64::try_from(seconds).unwrap_or(i64::MAX))
}

enum Wrong<'a> {
    Number,
    Unit(&'a str),
    TooLarge,
}

fn scaled<'a>(text: &'a str, units: &[(&[&str], u64)]) -> Result<u64, Wrong<'a>> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(fraction) || number.ends_with('.') {
        return Err(Wrong::Number);
    }
    let lower = unit.to_ascii_lowercase();
    let worth = units
        .iter()
        .find(|(names, _)| names.contains(&lower.as_str()))
        .map(|(_, worth)| u128::from(*worth))
        .ok_or(Wrong::Unit(unit))?;
    // A u64 alone may have 20 digits; times the largest unit that still fits 128 bits.
    let whole: u64 = whole.parse().map_err(|_| Wrong::TooLarge)?;
    let fraction = &fraction[..fraction.len().min(MOST_DIGITS)];
    let parts = fraction.parse::<u128>().unwrap_or(0) * worth;
    let scale = fraction.bytes().fold(1, |scale: u128, _| scale * 10);
    u64::try_from(u128::from(whole) * worth + parts / scale).map_err(|_| Wrong::TooLarge)
}

/// The seconds since 1970, in UTC, of `2024-01..2024-06`, `2024-01..`, `..2024` or `2024-01-31`.
/// Both ends are in; each is a whole year, month or day.
pub(super) fn period(text: &str) -> Result<Bounds<i64>, String> {
    let Some((first, last)) = text.split_once("..") else {
        let (low, high) = one_period(text)?;
        return Ok(Bounds { low, high });
    };
    if first.is_empty() && last.is_empty() {
        return Err("give at least one end, as in 2024-01.. or ..2024-06".to_owned());
    }
    let low = match first {
        "" => i64::MIN,
        _ => one_period(first)?.0,
    };
    let high = match last {
        "" => i64::MAX,
        _ => one_period(last)?.1,
    };
    if low > high {
        return Err(format!(
            "{} ends before it begins; the earlier end comes first",
            typed(text)
        ));
    }
    Ok(Bounds { low, high })
}

/// The first and the last second of a year, month or day.
fn one_period(text: &str) -> Result<(i64, i64), String> {
    let unknown = || {
        format!(
            "{} is no date; write a year, month or day, as in 2024, 2024-06 or 2024-06-30",
            typed(text)
        )
    };
    let mut parts = text.split('-');
    let mut part = |length: usize| match parts.next() {
        None => Ok(None),
        Some(digits)
            if digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            digits.parse::<i16>().map(Some).map_err(|_| unknown())
        }
        Some(_) => Err(unknown()),
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    if parts.next().is_some() {
        return Err(unknown());
    }
    let year = year.ok_or_else(unknown)?;
    let civil = |month: i16, day: i16| -> Result<Date, String> {
        let part = |number| i8::try_from(number).map_err(|_| unknown());
        Date::new(year, part(month)?, part(day)?).map_err(|_| {
            format!(
                "{} is not in the calendar; write a date such as 2024-06-30",
                typed(text)
            )
        })
    };
    let (first, last) = match (month, day) {
        (Some(month), Some(day)) => {
            let day = civil(month, day)?;
            (day, day)
        }
        (Some(month), None) => {
            let first = civil(month, 1)?;
            (first, first.last_of_month())
        }
        _ => (civil(1, 1)?, civil(12, 31)?),
    };
    Ok((midnight(first), midnight(last) + 86_399))
}

/// Seconds from 1970 to the start of a day in UTC.
fn midnight(day: Date) -> i64 {
    day.duration_since(date(1970, 1, 1)).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_thousands_and_in_1024s() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("512B", 512),
            ("10MB", 10_000_000),
            ("10mb", 10_000_000),
            ("10m", 10_000_000),
            ("1kB", 1000),
            ("1KiB", 1024),
            ("1gib", 1 << 30),
            ("1.5GB", 1_500_000_000),
            ("0.5KiB", 512),
            ("1.0009kB", 1000),
            ("2TiB", 2 << 40),
            ("18446744073709551615", u64::MAX),
            ("0.3333333333333333333333333333kB", 333),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "MB",
            "10XB",
            ".5MB",
            "5.",
            "1.2.3MB",
            "-1",
            "+1",
            "1e3",
            "10 MB",
            "1,5GB",
            "99999999PB",
            "18446744073709551616",
            "99999999999999999999999999MB",
            "١MB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
        assert!(size("10XB").is_err_and(|why| why.contains("'XB'")));
    }

    #[test]
    fn ages_need_a_unit() {
        assert_eq!(age("90d"), Ok(90 * 86_400));
        assert_eq!(age("1.5H"), Ok(5400));
        assert_eq!(age("2w"), Ok(14 * 86_400));
        assert_eq!(age("1y"), Ok(365 * 86_400));
        assert_eq!(age("1000000000000000y").ok(), None);
        assert!(age("90").is_err_and(|why| why.contains("no unit")));
        assert!(age("90days").is_err());
        assert!(age("d").is_err());
    }

    #[test]
    fn periods_hold_both_their_ends() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        for (text, first, last) in [
            ("2024", "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"),
            ("2023-06-07", "2023-06-07T00:00:00Z", "2023-06-07T23:59:59Z"),
            (
                "2024-01..2024-06",
                "2024-01-01T00:00:00Z",
                "2024-06-30T23:59:59Z",
            ),
            (
                "2023..2024-06-01",
                "2023-01-01T00:00:00Z",
                "2024-06-01T23:59:59Z",
            ),
            ("1969", "1969-01-01T00:00:00Z", "1969-12-31T23:59:59Z"),
        ] {
            let bounds = Bounds {
                low: at(first),
                high: at(last),
            };
            assert_eq!(period(text), Ok(bounds), "{text}");
        }
        assert_eq!(period("2024..").map(|bounds| bounds.high), Ok(i64::MAX));
        assert_eq!(period("..2024").map(|bounds| bounds.low), Ok(i64::MIN));
        assert!(period("9999").is_ok());
    }

    #[test]
    fn what_is_no_period_is_said() {
        for text in [
            "",
            "..",
            "24",
            "2024-",
            "2024-1",
            "2024-13",
            "2023-02-29",
            "2024-01-01-01",
            "yes",
            "2024-06..2024-01",
            "2024-01...2024-02",
            "2024-0１",
            "-2024",
            "2024-01..x",
        ] {
            assert!(period(text).is_err(), "{text}");
        }
    }
}
