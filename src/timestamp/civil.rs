//! Dates and times of day as logs write them. Each style is a plain value that reads itself.

use super::months::{MONTHS, foreign_month};
use super::scan::Scanner;
use super::stamp::day_of_year;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Stands for the characters that follow the parts of a date or a time of day in Chinese, Japanese
/// and Korean: `2026年11月21日 14时30分05秒`.
pub(super) const CJK: u8 = 0xe5;
const YEAR_UNITS: [&str; 2] = ["年", "년"];
const DATE_UNITS: [[&str; 2]; 2] = [["月", "월"], ["日", "일"]];
const CLOCK_UNITS: [[&str; 3]; 3] = [["时", "時", "시"], ["分", "分", "분"], ["秒", "秒", "초"]];

/// Consumes numbers of one or two digits, each with one of its units after it, and blanks between.
fn numbers_with_units<const N: usize, const U: usize>(
    at: &mut Scanner<'_>,
    units: &[[&str; U]; N],
) -> Option<[i32; N]> {
    let mut numbers = [0; N];
    for (index, units) in units.iter().enumerate() {
        if index > 0 {
            at.take_while(|byte| byte == b' ');
        }
        numbers[index] = at.digits(at.count_digits().clamp(1, 2))?;
        units.iter().find_map(|unit| at.take(unit.as_bytes()))?;
    }
    Some(numbers)
}

/// The order in which a date is written. The last two omit the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Order {
    YearMonthDay,
    /// The year and the number of the day in it (ISO 8601, ordinal dates).
    YearDay,
    DayMonthYear,
    MonthDayYear,
    MonthDay,
    DayMonth,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DateStyle {
    pub order: Order,
    /// Whether the month is a name.
    pub named: bool,
    /// Whether the year has two digits.
    pub short_year: bool,
    /// The byte between the parts; 0 for none.
    pub separator: u8,
    /// Whether the day of the week comes first.
    pub weekday: bool,
}

/// A date as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrittenDate {
    pub year: Option<i32>,
    pub month: i32,
    pub day: i32,
}

const fn numbers(order: Order, separator: u8, short_year: bool) -> DateStyle {
    DateStyle { order, named: false, short_year, separator, weekday: false }
}

const fn named(order: Order, separator: u8, short_year: bool, weekday: bool) -> DateStyle {
    DateStyle { order, named: true, short_year, separator, weekday }
}

/// All supported date styles.
pub(super) const STYLES: [DateStyle; 54] = {
    use Order::{DayMonth, DayMonthYear, MonthDay, MonthDayYear, YearDay, YearMonthDay};
    [
        numbers(YearMonthDay, b'-', false),
        numbers(YearMonthDay, b'/', false),
        numbers(YearMonthDay, b'.', false),
        numbers(YearMonthDay, b':', false),
        numbers(YearMonthDay, b'\\', false),
        numbers(YearMonthDay, CJK, false),
        numbers(YearDay, b'-', false),
        numbers(YearDay, b':', false),
        numbers(YearMonthDay, 0, false),
        numbers(YearMonthDay, 0, true),
        numbers(YearMonthDay, b'/', true),
        numbers(YearMonthDay, b'-', true),
        numbers(DayMonthYear, b'/', false),
        numbers(DayMonthYear, b'-', false),
        numbers(DayMonthYear, b'.', false),
        numbers(DayMonthYear, b'/', true),
        numbers(DayMonthYear, b'.', true),
        numbers(DayMonthYear, b'-', true),
        numbers(MonthDayYear, b'/', false),
        numbers(MonthDayYear, b'-', false),
        numbers(MonthDayYear, b'/', true),
        numbers(MonthDayYear, b'-', true),
        numbers(MonthDay, b'-', false),
        numbers(MonthDay, b'/', false),
        numbers(MonthDay, b'.', false),
        numbers(MonthDay, 0, false),
        numbers(DayMonth, b'/', false),
        numbers(DayMonth, b'.', false),
        numbers(DayMonth, b'-', false),
        named(YearMonthDay, b'-', false, false),
        named(YearMonthDay, b'/', false, false),
        named(YearMonthDay, b' ', false, false),
        named(DayMonthYear, b'/', false, false),
        named(DayMonthYear, b'-', false, false),
        named(DayMonthYear, b' ', false, false),
        named(DayMonthYear, b'-', true, false),
        named(DayMonthYear, b'/', true, false),
        named(DayMonthYear, 0, true, false),
        named(DayMonthYear, 0, false, false),
        named(DayMonthYear, b'.', false, false),
        named(DayMonthYear, b' ', false, true),
        named(DayMonth, b' ', false, false),
        named(DayMonth, b'-', false, false),
        named(DayMonth, b'/', false, false),
        named(DayMonth, b' ', false, true),
        named(MonthDayYear, b' ', false, false),
        named(MonthDayYear, b' ', false, true),
        named(MonthDayYear, b'-', false, false),
        named(MonthDayYear, b'/', false, false),
        named(MonthDayYear, b'-', true, false),
        named(MonthDay, b'-', false, false),
        named(MonthDay, b'/', false, false),
        named(MonthDay, b' ', false, false),
        named(MonthDay, b' ', false, true),
    ]
};

impl DateStyle {
    /// Returns whether the year is part of the date.
    pub fn has_year(self) -> bool {
        !matches!(self.order, Order::MonthDay | Order::DayMonth)
    }

    /// Reads a date of this style.
    pub fn read(self, scanner: &mut Scanner<'_>) -> Option<WrittenDate> {
        let mut at = *scanner;
        if self.weekday {
            at.name(&WEEKDAYS)?;
            let _ = at.take_if(|byte| matches!(byte, b',' | b'.'));
            at.take(b" ")?;
            at.take_while(|byte| byte == b' ');
        }
        let mut date = WrittenDate { year: None, month: 0, day: 0 };
        match self.order {
            Order::YearMonthDay if self.separator == CJK => date = cjk_date(&mut at)?,
            Order::YearMonthDay => {
                date.year = Some(self.year(&mut at)?);
                self.separator(&mut at)?;
                date.month = self.month(&mut at)?;
                self.separator(&mut at)?;
                date.day = self.number(&mut at)?;
            }
            Order::YearDay => date = self.ordinal(&mut at)?,
            Order::DayMonthYear | Order::DayMonth => {
                if self.named && matches!(at.0, [b' ', digit, ..] if digit.is_ascii_digit()) {
                    // The day may be padded with a blank.
                    at.take(b" ")?;
                }
                date.day = self.number(&mut at)?;
                self.separator(&mut at)?;
                date.month = self.month(&mut at)?;
                if self.order == Order::DayMonthYear {
                    self.separator(&mut at)?;
                    date.year = Some(self.year(&mut at)?);
                } else if self.separator == b'.' {
                    // In German, a point also follows the month.
                    let _ = at.take(b".");
                }
            }
            Order::MonthDayYear | Order::MonthDay => {
                date.month = self.month(&mut at)?;
                self.separator(&mut at)?;
                date.day = self.number(&mut at)?;
                if self.order == Order::MonthDayYear {
                    if self.named {
                        let _ = at.take(b",");
                    }
                    self.separator(&mut at)?;
                    date.year = Some(self.year(&mut at)?);
                }
            }
        }
        let plausible = (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
        if !plausible {
            return None;
        }
        *scanner = at;
        Some(date)
    }

    fn ordinal(self, at: &mut Scanner<'_>) -> Option<WrittenDate> {
        let year = self.year(at)?;
        self.separator(at)?;
        let (month, day) = day_of_year(year, at.digits(3)?)?;
        Some(WrittenDate { year: Some(year), month, day })
    }

    fn separator(self, at: &mut Scanner<'_>) -> Option<()> {
        // A point follows an abbreviated month and, in German, the number of the day.
        if self.named && self.separator != b'.' {
            let _ = at.take(b".");
        }
        if self.separator == 0 {
            return Some(());
        }
        at.take(&[self.separator])?;
        if self.separator == b' ' {
            at.take_while(|byte| byte == b' ');
        }
        Some(())
    }

    fn year(self, at: &mut Scanner<'_>) -> Option<i32> {
        if !self.short_year {
            return at.digits(4).filter(|year| (1970..2200).contains(year));
        }
        // POSIX, strptime %y: 69 to 99 are in the last century.
        at.digits(2).map(|year| year + if year < 69 { 2000 } else { 1900 })
    }

    fn month(self, at: &mut Scanner<'_>) -> Option<i32> {
        if !self.named {
            return self.number(at);
        }
        let mut after = *at;
        let month = after.name(&MONTHS);
        let goes_on = |at: &Scanner<'_>| at.peek().is_some_and(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
        if month.is_none() || goes_on(&after) {
            return foreign_month(at);
        }
        *at = after;
        month
    }

    fn number(self, at: &mut Scanner<'_>) -> Option<i32> {
        // Digits on both sides of a number leave no room for a shorter one.
        let is_padded = self.separator == 0 && !self.named;
        if is_padded || at.count_digits() != 1 { at.digits(2) } else { at.digits(1) }
    }
}

/// How a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClockStyle {
    /// Whether each number may have one digit; digits after a third colon are milliseconds.
    pub unpadded: bool,
    /// Whether a point, rather than the separator, precedes the seconds.
    pub point: bool,
    /// The byte between the parts; 0 for none.
    pub separator: u8,
    /// Whether seconds are written.
    pub seconds: bool,
    /// Whether AM or PM follows.
    pub half_day: bool,
    /// Whether a colon, rather than a point or comma, precedes the fraction.
    pub colon_fraction: bool,
    /// Whether a comma starts the next column rather than a fraction.
    pub comma_ends: bool,
}

const fn clock(separator: u8, seconds: bool, half_day: bool, colon_fraction: bool) -> ClockStyle {
    let (unpadded, point, comma_ends) = (false, false, false);
    ClockStyle { unpadded, point, separator, seconds, half_day, colon_fraction, comma_ends }
}

/// All supported styles of a time of day, those that read more first.
pub(super) const CLOCKS: [ClockStyle; 15] = [
    clock(b':', true, true, true),
    clock(b':', true, true, false),
    clock(b':', true, false, true),
    clock(b':', true, false, false),
    ClockStyle { unpadded: true, ..clock(b':', true, false, false) },
    ClockStyle { point: true, ..clock(b':', true, false, false) },
    // OpenVAS.
    ClockStyle { point: true, ..clock(b'h', true, false, false) },
    clock(b':', false, true, false),
    clock(b':', false, false, false),
    clock(b'.', true, true, true),
    clock(b'.', true, false, true),
    clock(b'-', true, false, false),
    clock(CJK, true, false, false),
    clock(0, true, false, true),
    clock(0, true, false, false),
];

impl ClockStyle {
    /// Reads a time of this style. Returns the second of the day and the nanoseconds.
    pub fn read(self, scanner: &mut Scanner<'_>) -> Option<(i32, i32)> {
        let mut at = *scanner;
        if self.separator == CJK {
            return cjk_clock(scanner);
        }
        let mut hour = if self.separator == 0 { at.digits(2)? } else { at.one_or_two_digits()? };
        let separate = |at: &mut Scanner<'_>, separator: u8| match separator {
            0 => Some(()),
            byte => at.take(&[byte]),
        };
        let number = |at: &mut Scanner<'_>| {
            let digits = if self.unpadded { at.count_digits().clamp(1, 2) } else { 2 };
            at.digits(digits)
        };
        separate(&mut at, self.separator)?;
        let minute = number(&mut at)?;
        let mut second = 0;
        let mut nanoseconds = 0;
        if self.seconds {
            separate(&mut at, if self.point { b'.' } else { self.separator })?;
            second = number(&mut at)?;
            if self.point && self.separator == b':' && !matches!(at.0, [b'.', digit, ..] if digit.is_ascii_digit()) {
                return None;
            }
            nanoseconds = self.fraction(&mut at)?;
        }
        if self.half_day {
            hour = half_day(&mut at, hour)?;
        } else if self.separator != b':' && half_day(&mut at.clone(), hour).is_some() {
            return None;
        }
        let goes_on = match at.0 {
            [byte, ..] if byte.is_ascii_digit() => true,
            [b':', ..] => !self.seconds,
            [b'.', digit, ..] => !self.seconds && digit.is_ascii_digit(),
            _ => false,
        };
        if goes_on || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        *scanner = at;
        // A leap second is read as the second before it.
        Some((hour * 3600 + minute * 60 + second.min(59), nanoseconds))
    }

    /// Reads the fraction of a second in nanoseconds, 0 if there is none.
    fn fraction(self, at: &mut Scanner<'_>) -> Option<i32> {
        if self.unpadded && at.take(b":").is_some() {
            return at.digits(at.count_digits().clamp(1, 3)).map(|milliseconds| milliseconds * 1_000_000);
        }
        if self.colon_fraction && matches!(self.separator, b':' | 0) {
            if self.separator == b':' {
                at.take(b":")?;
            }
            return match at.count_digits() {
                3 => at.digits(3).map(|milliseconds| milliseconds * 1_000_000),
                6 => at.digits(6).map(|microseconds| microseconds * 1_000),
                _ => None,
            };
        }
        let points: &[u8] = match (self.separator, self.comma_ends) {
            (b'.', _) => b".:",
            (_, true) => b".",
            (_, false) => b".,",
        };
        Some(at.fraction(points))
    }
}

/// Reads a date with [`CJK`] units.
fn cjk_date(at: &mut Scanner<'_>) -> Option<WrittenDate> {
    let year = at.digits(4).filter(|year| (1970..2200).contains(year))?;
    YEAR_UNITS.iter().find_map(|unit| at.take(unit.as_bytes()))?;
    at.take_while(|byte| byte == b' ');
    let [month, day] = numbers_with_units(at, &DATE_UNITS)?;
    Some(WrittenDate { year: Some(year), month, day })
}

/// Reads a time of day with [`CJK`] units. Returns the second of the day and the nanoseconds.
fn cjk_clock(scanner: &mut Scanner<'_>) -> Option<(i32, i32)> {
    let mut at = *scanner;
    let [hour, minute, second] = numbers_with_units(&mut at, &CLOCK_UNITS)?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    *scanner = at;
    Some((hour * 3600 + minute * 60 + second.min(59), 0))
}

/// Reads AM or PM, in any spelling. Returns the hour in 24-hour time.
fn half_day(at: &mut Scanner<'_>, hour: i32) -> Option<i32> {
    // Newer releases of Java put a narrow no-break space before it.
    let _ = at.take(b" ").or_else(|| at.take("\u{202f}".as_bytes()));
    let afternoon = match at.take_if(|byte| matches!(byte, b'A' | b'a' | b'P' | b'p'))? {
        b'A' | b'a' => 0,
        _ => 12,
    };
    let _ = at.take(b".");
    at.take_if(|byte| matches!(byte, b'M' | b'm'))?;
    let _ = at.take(b".");
    let ends = at.peek().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ((1..=12).contains(&hour) && ends).then_some(hour % 12 + afternoon)
}
