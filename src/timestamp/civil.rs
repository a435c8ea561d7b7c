//! Dates and times of day as logs write them. Each style is a plain value that reads itself.

use super::scan::Scanner;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The order in which a date is written. The last two omit the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Order {
    YearMonthDay,
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
pub(super) const STYLES: [DateStyle; 39] = {
    use Order::{DayMonth, DayMonthYear, MonthDay, MonthDayYear, YearMonthDay};
    [
        numbers(YearMonthDay, b'-', false),
        numbers(YearMonthDay, b'/', false),
        numbers(YearMonthDay, b'.', false),
        numbers(YearMonthDay, b':', false),
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
        numbers(MonthDay, 0, false),
        numbers(DayMonth, b'/', false),
        numbers(DayMonth, b'.', false),
        named(YearMonthDay, b'-', false, false),
        named(YearMonthDay, b'/', false, false),
        named(YearMonthDay, b' ', false, false),
        named(DayMonthYear, b'/', false, false),
        named(DayMonthYear, b'-', false, false),
        named(DayMonthYear, b' ', false, false),
        named(DayMonthYear, b'-', true, false),
        named(DayMonthYear, b' ', false, true),
        named(DayMonth, b' ', false, false),
        named(DayMonth, b' ', false, true),
        named(MonthDayYear, b' ', false, false),
        named(MonthDayYear, b' ', false, true),
        named(MonthDayYear, b'-', false, false),
        named(MonthDayYear, b'-', true, false),
        named(MonthDay, b' ', false, false),
        named(MonthDay, b' ', false, true),
    ]
};

impl DateStyle {
    /// Reads a date of this style.
    pub fn read(self, scanner: &mut Scanner<'_>) -> Option<WrittenDate> {
        let mut at = *scanner;
        if self.weekday {
            at.name(&WEEKDAYS)?;
            let _ = at.take(b",");
            at.take(b" ")?;
            at.take_while(|byte| byte == b' ');
        }
        let mut date = WrittenDate { year: None, month: 0, day: 0 };
        match self.order {
            Order::YearMonthDay => {
                date.year = Some(self.year(&mut at)?);
                self.separator(&mut at)?;
                date.month = self.month(&mut at)?;
                self.separator(&mut at)?;
                date.day = self.number(&mut at)?;
            }
            Order::DayMonthYear | Order::DayMonth => {
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
        if !plausible || at.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *scanner = at;
        Some(date)
    }

    fn separator(self, at: &mut Scanner<'_>) -> Option<()> {
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
        if self.named { at.name(&MONTHS) } else { self.number(at) }
    }

    fn number(self, at: &mut Scanner<'_>) -> Option<i32> {
        if self.separator == 0 || at.count_digits() != 1 { at.digits(2) } else { at.digits(1) }
    }
}

/// How a time of day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ClockStyle {
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
    ClockStyle { separator, seconds, half_day, colon_fraction, comma_ends: false }
}

/// All supported styles of a time of day, those that read more first.
pub(super) const CLOCKS: [ClockStyle; 9] = [
    clock(b':', true, true, true),
    clock(b':', true, true, false),
    clock(b':', true, false, true),
    clock(b':', true, false, false),
    clock(b':', false, true, false),
    clock(b':', false, false, false),
    clock(b'.', true, false, true),
    clock(b'-', true, false, false),
    clock(0, true, false, false),
];

impl ClockStyle {
    /// Reads a time of this style. Returns the second of the day and the nanoseconds.
    pub fn read(self, scanner: &mut Scanner<'_>) -> Option<(i32, i32)> {
        let mut at = *scanner;
        let mut hour = if self.separator == 0 { at.digits(2)? } else { at.one_or_two_digits()? };
        let separate = |at: &mut Scanner<'_>| match self.separator {
            0 => Some(()),
            byte => at.take(&[byte]),
        };
        separate(&mut at)?;
        let minute = at.digits(2)?;
        let mut second = 0;
        let mut nanoseconds = 0;
        if self.seconds {
            separate(&mut at)?;
            second = at.digits(2)?;
            if self.colon_fraction && self.separator == b':' {
                at.take(b":")?;
                let digits = at.count_digits();
                if digits != 3 && digits != 6 {
                    return None;
                }
                nanoseconds = at.digits(digits)? * if digits == 3 { 1_000_000 } else { 1_000 };
            } else {
                let points: &[u8] = match (self.separator, self.comma_ends) {
                    (b'.', _) => b".:",
                    (_, true) => b".",
                    (_, false) => b".,",
                };
                nanoseconds = at.fraction(points);
            }
        }
        if self.half_day {
            hour = half_day(&mut at, hour)?;
        }
        let goes_on = at.peek().is_some_and(|byte| byte.is_ascii_digit() || (!self.seconds && byte == b':'));
        if goes_on || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        *scanner = at;
        // A leap second is read as the second before it.
        Some((hour * 3600 + minute * 60 + second.min(59), nanoseconds))
    }
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
