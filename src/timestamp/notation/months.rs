//! The names of months.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use super::scan::Scanner;

/// The names of months in English.
pub const MONTHS: [&str; 12] = [
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

/// The names of months in German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish,
/// Norwegian, Polish and Russian that differ from the English ones, abbreviated and in full (CLDR,
/// `months-format`).
const FOREIGN_MONTHS: [&str; 12] = [
    "jän jänner januar janv janvier ene enero gen gennaio janeiro januari sty stycznia янв января",
    "februar févr février febrero febbraio fev fevereiro februari lut lutego фев февр февраля",
    "mär märz mrz mars marzo março mrt maart marts marca мар марта",
    "avr avril abr abril aprile kwi kwietnia апр апреля",
    "mai mayo mag maggio maio mei maj maja май мая",
    "juni juin junio giu giugno junho cze czerwca июн июня",
    "juli juil juillet julio lug luglio julho lip lipca июл июля",
    "août ago agosto augustus augusti sie sierpnia авг августа",
    "septembre septiembre set settembre setembro wrz września сен сент сентября",
    "okt oktober octobre octubre ott ottobre out outubro paź października окт октября",
    "novembre noviembre novembro lis listopada ноя нояб ноября",
    "dez dezember déc décembre dic diciembre dicembre dezembro des desember gru grudnia дек декабря",
];

/// The possible lengths of these names in bytes, in upper or lower case.
const NAME: RangeInclusive<usize> = 3..=20;

/// A map from these names to numbers, because each word of a log's first lines is looked up.
static NUMBERS: LazyLock<HashMap<&str, i32>> = LazyLock::new(|| {
    let months = (1..).zip(FOREIGN_MONTHS);
    months.flat_map(|(number, names)| names.split(' ').map(move |name| (name, number))).collect()
});

/// Reads the name of a month in a language other than English, or its number in Chinese, Japanese
/// or Korean: `11月`.
pub fn foreign_month(at: &mut Scanner<'_>) -> Option<i32> {
    let mut after = *at;
    if let Some(month) = after.digits(after.count_digits().clamp(1, 2)) {
        after.take("月".as_bytes()).or_else(|| after.take("월".as_bytes()))?;
        *at = after;
        return Some(month);
    }
    let name = after.take_while(|byte| byte.is_ascii_alphabetic() || byte >= 0x80);
    let name = std::str::from_utf8(name).ok().filter(|name| NAME.contains(&name.len()))?.to_lowercase();
    let month = *NUMBERS.get(&*name)?;
    *at = after;
    Some(month)
}
