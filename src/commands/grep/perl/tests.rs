//! Tests of Perl's patterns.

use super::super::syntax::{Case, Dialect};
use super::*;

fn perl(pattern: &str) -> Perl {
    Perl::new(&[pattern.into()], &Syntax::default()).unwrap()
}

fn all(perl: &Perl, hay: &[u8]) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    perl.matches_in(hay, false, |found, _, _| {
        all.push(found);
        true
    })
    .unwrap();
    all
}

#[test]
fn features_that_automata_lack_are_supported() {
    assert_eq!(perl(r"foo\Kbar").find_at(b"foobar", 0), Ok(Some(3..6)));
    assert_eq!(perl(r"(\w+) \1").find_at(b"the the", 0), Ok(Some(0..7)));
    assert_eq!(perl(r"\d+(?= EUR)").find_at(b"5 USD 70 EUR", 0), Ok(Some(6..8)));
    assert_eq!(perl(r"\((?:[^()]|(?R))*\)").find_at(b"f(a(b)c)", 0), Ok(Some(1..8)));
    assert_eq!(all(&perl("a*"), b"baac"), [0..0, 1..3, 4..4]);
    assert_eq!(all(&perl("(*UCP)\\w"), "é".as_bytes()), vec![0..2; 1]);
}

// Regression: one byte that is not UTF-8 ended the search of the file with an error.
#[test]
fn bytes_that_are_not_utf8_match_nothing_and_end_nothing() {
    assert_eq!(all(&perl(r"\w+"), b"a\xffb\xc3\xa9c\xed\xa0\x80d"), [0..1, 2..3, 5..6, 9..10]);
    assert_eq!(perl("a.b").find_at(b"a\xffb", 0), Ok(None));
    assert_eq!(perl("^b").find_at(b"\xffb", 0), Ok(None));
    assert_eq!(perl("(?<=x)b").find_at(b"x\xffb", 0), Ok(None));
    // Regression: a pattern that begins with `.*` was searched for only at the start of the text.
    for pattern in [".*b", "(.*?)b", "(?s).*b", "(?:.*|x)b", "(?:a|.{0,}b)"] {
        assert_eq!(all(&perl(pattern), b"x\xff ab"), std::slice::from_ref(&(2..5)), "{pattern}");
    }
}

#[test]
fn classes_are_those_of_ascii_and_case_is_unicodes() {
    assert_eq!(perl(r"\w|\d|[[:alpha:]]").find_at("\u{e9}\u{663}".as_bytes(), 0), Ok(None));
    let caseless = Syntax { case: Case::Insensitive, ..Syntax::default() };
    let pattern = Perl::new(&["\u{c9}".into()], &caseless).unwrap();
    assert_eq!(pattern.find_at("\u{e9}".as_bytes(), 0), Ok(Some(0..2)));
}

// Regression: after bytes that are not UTF-8, the byte after the line decided whether `\b` matched.
#[test]
fn bytes_after_a_line_do_not_matter() {
    for pattern in [r"\b", r"(?<!\w)\b(?!\w)"] {
        let pattern = perl(pattern);
        for end in [&b"\xff"[..], b"\xe2\x82", b" \xe2\x82", b"\x80"] {
            // The memory of a copy is used again.
            pattern.find_at(&[b'a'; 16], 0).unwrap();
            assert_eq!(pattern.find_at(end, 0), Ok(None), "{end:?}");
        }
    }
}

// Regression: a comment that \r\n ends hid the parenthesis of the group.
#[test]
fn settings_choose_what_ends_a_comment() {
    for pattern in
        ["(?x)a b # c", "(*CRLF)(?x)a b # c", "(*CR)(?x)a b # c", "(*ANYCRLF)(?x)a b # c", "(*ANY)(?x)a b # c"]
    {
        assert_eq!(perl(pattern).find_at(b"cab", 0), Ok(Some(1..3)), "{pattern}");
    }
}

// Regression: each pattern was compiled only within a group, which made the first two valid.
#[test]
fn a_pattern_is_valid_by_itself() {
    for refused in ["a)(b", "a|b)|(c", "(", "a\\"] {
        let error = Perl::new(&[refused.into()], &Syntax::default()).unwrap_err().to_string();
        assert!(error.contains(&format!("at offset {}", refused.find(')').unwrap_or(refused.len()))), "{error}");
        assert!(Perl::new(&["x".into(), refused.into()], &Syntax::default()).is_err());
    }
    // Regression: bytes outside ASCII and the ends of records shifted the offset.
    for (unicode, terminator, refused, offset) in
        [(false, b'\n', "é(", 3), (false, b'\0', "$é)", 3), (true, b'\0', "$)", 1), (true, b'\n', "é(", 3)]
    {
        let syntax = Syntax { unicode, terminator, dialect: Dialect::Perl, ..Syntax::default() };
        let error = Perl::new(&["x".into(), refused.into()], &syntax).unwrap_err().to_string();
        assert!(error.ends_with(&format!("at offset {offset}")), "{refused}: {error}");
    }
    for (pattern, hay) in [("(?x)a b # c", "ab"), ("(?x) a b #c)", "ab"), (r"\Qa)(b", "a)(b"), (r"\Qa\", r"a\")] {
        assert_eq!(perl(pattern).find_at(hay.as_bytes(), 0), Ok(Some(0..hay.len())), "{pattern}");
        let both = Perl::new(&[pattern.into(), "x".into()], &Syntax::default()).unwrap();
        assert_eq!(both.find_at(hay.as_bytes(), 0), Ok(Some(0..hay.len())), "{pattern}");
    }
}

#[test]
fn catastrophic_patterns_fail_and_do_not_hang() {
    // Regression: PCRE2's steps were the only limit, and it restarts the count at each start of a
    // match.
    let slow = perl(r"(?:\w+[ ,])+(?=z)");
    assert_eq!(slow.matches_in(&[b'a'; 200_000], true, |_, _, _| true), Err(Failure::Time));
    assert_eq!(perl("(a+)+$").find_at(&[&[b'a'; 60][..], b"b"].concat(), 0), Err(Failure::Steps));
}

#[test]
fn all_matches_in_a_long_line_are_found() {
    let line = "ab, ".repeat(10_000).into_bytes();
    for captures in [false, true] {
        let (mut all, mut groups_of_all) = (Vec::new(), Vec::new());
        let take = |found: Range<usize>, hay: &[u8], groups: &Groups<'_>| {
            assert_eq!(&hay[found.clone()], b"ab");
            groups_of_all.extend((0..groups.len()).map(|group| groups.get(group).unwrap()));
            all.push(found);
            all.len() < 9_000
        };
        perl(r"a(b)(?=,)").matches_in(&line, captures, take).unwrap();
        assert_eq!(all, (0..9_000).map(|i| 4 * i..4 * i + 2).collect::<Vec<_>>());
        assert_eq!(groups_of_all.len(), if captures { 18_000 } else { 0 });
        assert_eq!(groups_of_all.last(), captures.then_some(&(35_997..35_998)));
    }
}

#[test]
fn alternatives_count_their_own_groups() {
    let both = Perl::new(&[b"(a)\\1".to_vec(), b"x|(b)\\1".to_vec()], &Syntax::default()).unwrap();
    assert_eq!(all(&both, b"aa bb ab x"), [0..2, 3..5, 9..10]);
}

#[test]
fn many_lines_at_once_have_the_matches_that_each_has() {
    const LINES: [&str; 12] =
        ["", "a", "ab c", "[b]", " a", "b ", "INFO [x", "ABCD", "ABCD [", "  ", "a\tb\r", "\u{e9}a"];
    let patterns = [
        r"[A-Z]{4}(?!\s\[)",
        r"(?<=a)\W",
        r"(?<!a)b",
        r"\s$",
        r"^\s",
        r"[^a]$",
        r"^(?!.*b)",
        r"(?<=\s)\S",
        r"(?<!\S)a",
        r"\B",
        r"\b",
        r"\D\D",
        r"(.)[^b]*(?=\1)",
        r"(?i)[^A]a|c(?!d)",
        r"(?>\s*)a",
        r"^$",
        r"(?<![^a])b",
        r"a(?=[^b])",
        // Regression: this pattern is not valid for bytes, so lines of ASCII were searched one by
        // one.
        r"[^\x{100}]b",
    ];
    let mut random = 7_u32;
    for pattern in patterns {
        let perl = perl(pattern);
        assert!(perl.searches_lines(), "{pattern}");
        for _ in 0..300 {
            let mut text = String::new();
            for _ in 0..random % 5 + 1 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(LINES[(random >> 8) as usize % LINES.len()]);
                text.push('\n');
            }
            let mut from = 0;
            for line in text.split_inclusive('\n') {
                let content = line.trim_end_matches('\n');
                let shift = |found: &Range<usize>| from + found.start..from + found.end;
                let want: Vec<_> = all(&perl, content.as_bytes()).iter().map(shift).collect();
                let end = from + content.len();
                let (mut found, mut position) = (Vec::new(), MatchPosition::default());
                position.at = from;
                let regex = perl.regex_for_lines(text.as_bytes()).unwrap();
                while let Some(one) = regex.find_at(text.as_bytes(), position.at).unwrap()
                    && one.start <= end
                {
                    let begins_line = one.start == from;
                    if position.pass(&one, perl.after(text.as_bytes(), one.end), begins_line) {
                        found.push(one);
                    }
                    if position.at > end {
                        break;
                    }
                }
                assert_eq!(found, want, "{pattern} {text:?}");
                from += line.len();
            }
        }
    }
}
