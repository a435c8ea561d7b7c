//! Dates as logs write them. Each style is a plain value that parses dates of its own style.

use jiff::civil::{ISOWeekDate, Weekday};

use super::super::stamp::day_of_year;
use super::months::{MONTHS, foreign_month};
use super::scan::Scanner;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A placeholder separator for the characters that follow the parts of a date or a time of day in
/// Chinese, Japanese and Korean: `2026年11月21日 14时30分05秒`.
pub const CJK: u8 = 0xe5;
const YEAR_UNITS: [&str; 2] = ["年", "년"];
const DATE_UNITS: [[&str; 2]; 2] = [["月", "월"], ["日", "일"]];
/// Consumes numbers of one or two digits, each followed by one of its units, and blanks.
pub fn numbers_with_units<const N: usize, const U: usize>(
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

/// The difference between a Buddhist and a Gregorian year.
const BUDDHIST: i32 = 543;

/// The order in which the parts of a date are written. The last two omit the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    YearMonthDay,
    /// The year and the ordinal number of the day (ISO 8601, ordinal dates).
    YearDay,
    /// The year, the number of the week, and the number of the day in the week (ISO 8601).
    YearWeek,
    DayMonthYear,
    MonthDayYear,
    MonthDay,
    DayMonth,
}

/// The style in which a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateStyle {
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
pub struct WrittenDate {
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
pub const STYLES: [DateStyle; 70] = {
    use Order::{DayMonth, DayMonthYear, MonthDay, MonthDayYear, YearDay, YearMonthDay, YearWeek};
    [
        numbers(YearMonthDay, b'-', false),
        numbers(YearMonthDay, b'/', false),
        numbers(YearMonthDay, b'.', false),
        numbers(YearMonthDay, b':', false),
        numbers(YearMonthDay, b'\\', false),
        numbers(YearMonthDay, CJK, false),
        numbers(YearMonthDay, b'_', false),
        numbers(YearMonthDay, b' ', false),
        numbers(YearDay, b'-', false),
        numbers(YearDay, b':', false),
        // z/OS.
        numbers(YearDay, b'.', false),
        numbers(YearDay, 0, false),
        numbers(YearDay, 0, true),
        numbers(YearWeek, b'-', false),
        numbers(YearWeek, 0, false),
        numbers(YearMonthDay, 0, false),
        numbers(YearMonthDay, 0, true),
        numbers(YearMonthDay, b'/', true),
        numbers(YearMonthDay, b'-', true),
        numbers(DayMonthYear, b'/', false),
        numbers(DayMonthYear, b'-', false),
        numbers(DayMonthYear, b'.', false),
        numbers(DayMonthYear, b'_', false),
        numbers(DayMonthYear, b' ', false),
        numbers(DayMonthYear, 0, false),
        numbers(DayMonthYear, 0, true),
        numbers(MonthDayYear, 0, false),
        numbers(DayMonthYear, b'/', true),
        numbers(DayMonthYear, b'.', true),
        numbers(DayMonthYear, b'-', true),
        numbers(MonthDayYear, b'/', false),
        numbers(MonthDayYear, b'-', false),
        numbers(MonthDayYear, b'.', false),
        numbers(MonthDayYear, b'.', true),
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
        named(MonthDayYear, b'.', false, false),
        named(MonthDayYear, b'-', false, false),
        named(MonthDayYear, b'/', false, false),
        named(MonthDayYear, b'-', true, false),
        named(MonthDay, b'-', false, false),
        named(MonthDay, b'/', false, false),
        named(MonthDay, b' ', false, false),
        named(MonthDay, b' ', false, true),
        // BeeGFS.
        named(MonthDay, 0, false, false),
    ]
};

impl DateStyle {
    /// Returns whether a time of day may follow without a separator. An ordinal date and the digits
    /// after it could also be another date.
    pub fn is_compact(self) -> bool {
        self.separator == 0 && !self.named && self.order != Order::YearDay && !self.is_short_day_first()
    }

    /// Returns whether this reads `211126` day first, though it more likely means 26 November 2021.
    pub fn is_short_day_first(self) -> bool {
        self.separator == 0 && self.short_year && self.order == Order::DayMonthYear && !self.named
    }

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
            Order::YearWeek => date = self.week(&mut at)?,
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
                    // In German, a dot also follows the month.
                    let _ = at.take(b".");
                }
            }
            Order::MonthDayYear | Order::MonthDay => {
                date.month = self.month(&mut at)?;
                self.separator(&mut at)?;
                date.day = self.number(&mut at)?;
                if self.order == Order::MonthDayYear {
                    // A comma separates the year, with or without a blank after it.
                    let comma = self.named && at.take(b",").is_some();
                    let separated = self.separator(&mut at).is_some();
                    if !separated && !comma {
                        return None;
                    }
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

    fn week(self, at: &mut Scanner<'_>) -> Option<WrittenDate> {
        let year = self.year(at)?;
        self.separator(at)?;
        at.take(b"W")?;
        let week = at.digits(2)?;
        self.separator(at)?;
        let weekday = Weekday::from_monday_one_offset(at.digits(1)? as i8).ok()?;
        let date = ISOWeekDate::new(year as i16, week as i8, weekday).ok()?.date();
        Some(WrittenDate { year: Some(date.year().into()), month: date.month().into(), day: date.day().into() })
    }

    fn separator(self, at: &mut Scanner<'_>) -> Option<()> {
        // A point follows an abbreviated month and, in German, the day's number.
        if self.named && self.separator != b'.' {
            let _ = at.take(b".");
        }
        if self.separator == 0 {
            return Some(());
        }
        at.take(&[self.separator])?;
        if self.separator == b' ' && self.named {
            at.take_while(|byte| byte == b' ');
        } else if self.separator == b'.' && matches!(self.order, Order::YearMonthDay | Order::DayMonthYear) {
            // Korean and Czech locales: `2026. 11. 21. `, `21. 11. 2026 `.
            let _ = at.take(b" ");
        }
        Some(())
    }

    fn year(self, at: &mut Scanner<'_>) -> Option<i32> {
        if !self.short_year {
            // Thai locales count years from 543 BC.
            let year = at.digits(4).map(|year| if year >= 1970 + BUDDHIST { year - BUDDHIST } else { year });
            return year.filter(|year| (1970..2200).contains(year));
        }
        // POSIX, strptime %y: 69 to 99 are in the 1900s.
        at.digits(2).map(|year| year + if year < 69 { 2000 } else { 1900 })
    }

    fn month(self, at: &mut Scanner<'_>) -> Option<i32> {
        if !self.named {
            return self.number(at);
        }
        let mut after = *at;
        let month = after.name(&MONTHS);
        let continues = |at: &Scanner<'_>| at.peek().is_some_and(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
        if month.is_none() || continues(&after) {
            return foreign_month(at);
        }
        *at = after;
        month
    }

    fn number(self, at: &mut Scanner<'_>) -> Option<i32> {
        // Without a separator, digits on both sides leave no room for a one-digit number.
        let is_padded = self.separator == 0 && !self.named;
        if is_padded || at.count_digits() != 1 { at.digits(2) } else { at.digits(1) }
    }
}

/// Reads a date with [`CJK`] units.
fn cjk_date(at: &mut Scanner<'_>) -> Option<WrittenDate> {
    let year = at.digits(4).filter(|year| (1970..2200).contains(year))?;
    YEAR_UNITS.iter().find_map(|unit| at.take(unit.as_bytes()))?;
    at.take_while(|byte| byte == b' ');
    let [month, day] = numbers_with_units(at, &DATE_UNITS)?;
    // date(1) adds the day of the week.
    let mut after = *at;
    after.take_while(|byte| byte == b' ');
    if let Some((weekday, rest)) = after.0.split_at_checked("星期一".len())
        && (weekday.starts_with("星期".as_bytes())
            || weekday.ends_with("曜日".as_bytes())
            || weekday.ends_with("요일".as_bytes()))
    {
        at.0 = rest;
    }
    Some(WrittenDate { year: Some(year), month, day })
}
