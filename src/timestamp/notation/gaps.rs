//! The separators between a date and its time of day.

use super::scan::Scanner;

/// The separators between a date and its time. Longer ones precede their prefixes.
pub const GAPS: [&[u8]; 66] = [
    b", time = ",
    b" time = ",
    b", um ",
    b" um ",
    " à ".as_bytes(),
    b". ",
    b" - ",
    b" -- ",
    b" | ",
    b" @ ",
    b" / ",
    b" ~ ",
    b" , ",
    " · ".as_bytes(),
    b" [",
    b" (",
    b" time=",
    b",time=",
    b" Time: ",
    b" Time=",
    b";Time=",
    b", at ",
    b" at ",
    b" ",
    b"T",
    b"t",
    b"D",
    b"_",
    b"::",
    b": ",
    b":",
    b"-",
    b", ",
    b",\"",
    b",",
    b"\t\" ",
    b"\t\"",
    b"\t",
    b"/",
    b"@",
    b"; ",
    b";",
    b"\" \"",
    b"\",\"",
    b"][",
    b"] [",
    b"], [",
    b"] - [",
    b"] ",
    b") (",
    b")(",
    b") ",
    b"} {",
    b"}{",
    b"> <",
    b"><",
    b"> ",
    b"<;>",
    b"|",
    b".",
    b"#",
    b"~",
    b"^",
    b"!",
    b"*",
    b"' '",
];

/// Consumes the separator between a date and its time. After a blank, an hour may be padded with
/// more blanks.
pub fn take_gap(at: &mut Scanner<'_>, gap: &[u8]) -> Option<()> {
    at.take(gap)?;
    if gap == b" " {
        at.take_while(|byte| byte == b' ');
    }
    Some(())
}

/// The separators between a time and the date after it.
pub const TURNED_GAPS: [&[u8]; 12] =
    [b" date=", CMTRACE, b", ", b" - ", b" | ", b" ", b"-", b",", b"; ", b";", b"|", b"\t"];

/// The separator in the logs of Configuration Manager, whose dates put the month first.
pub const CMTRACE: &[u8] = b"\" date=\"";
