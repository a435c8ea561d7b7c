use super::super::super::pattern::{LineFinder, Pattern};
use super::super::super::syntax::Dialect;
use super::super::Perl;
use super::*;
use grep_matcher::Matcher;
use proptest::prelude::*;

fn relaxed(pattern: &str, syntax: &Syntax) -> Option<RelaxedRegex> {
    RelaxedRegex::new(&[pattern.to_owned()], true, syntax)
}

#[test]
fn the_literals_of_a_pattern_remain() {
    let finds = |pattern: &str, hay: &[u8]| {
        let relaxed = relaxed(pattern, &Syntax::default()).unwrap();
        relaxed.regex().unwrap().is_match(hay).unwrap()
    };
    for (pattern, with, without) in [
        (r"(?<=error )\w+", "an error x", "an erro"),
        (r"\d+(?= ms)", "5 ms", "5 s"),
        (r"foo\K(?!x)bar", "foobar", "fobar"),
        (r"(\w+) \1z", "ab xz", "ab xy"),
        (r"^(?=.*one)(?=.*two)", "a two", "a one"),
        (r"a++(?>b|c)[^d]\Q.*\E", "aacx.*", "aad.*"),
        (r"(?i)error(?-i)X", "ErrorX", "eror"),
        (r"[[:digit:]x-z\]]{2,900}q", "1]q", "1q"),
    ] {
        assert!(finds(pattern, with.as_bytes()), "{pattern}");
        assert!(!finds(pattern, without.as_bytes()), "{pattern}");
    }
}

#[test]
fn unknown_syntax_has_no_relaxed_form() {
    for pattern in [
        "(?x) a b",
        "a(*SKIP)b",
        "(?(1)a|b)c",
        r"\Ga",
        r"\12a",
        "a{,3}b",
        "a*",
        "",
        r"\b",
        "(?<=a)+b",
        r"\Cab",
        "(a+b?)+c",
        "(?:a{2,}|b){3}",
    ] {
        assert!(relaxed(pattern, &Syntax::default()).is_none(), "{pattern}");
    }
    let records = Syntax { terminator: 0, ..Syntax::default() };
    assert!(relaxed("ab", &records).is_none());
}

/// Parts of patterns.
const PARTS: &[&str] = &[
    "a",
    "b",
    "k",
    "S",
    "é",
    "ab",
    ".",
    "^",
    "$",
    "x*",
    "a+?",
    "b++",
    "[abk]",
    "[^a]",
    "[^\\W]",
    r"[\w-]",
    r"[\]é-ü]",
    r"[\x80-\xff]",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    r"\D",
    r"\bb",
    r"\Kb",
    r"\h",
    r"\R",
    r"\p{L}",
    r"\x{e9}",
    r"\xe9",
    r"\Qa.b\E",
    "(a|b)",
    r"(a|b)\1",
    "(?:k|)",
    "(?>a|ab)",
    "(?=b)",
    "(?!b)",
    "(?<=a)",
    "(?<!a)",
    "(?i)k",
    "(?i:s)",
    "(?-i)",
    "(?#c)",
    "(?<n>b)",
    "|",
    "a{2}",
    "b{1,2}",
    "[[:alpha:]]",
    "[[:^alpha:]]",
    "(?s).",
    "(?m)^",
    r"\A",
    r"\z",
    r"\N",
    r"\X",
    "K",
    "[K]",
    "ſ",
];

/// Returns patterns of random parts, most of which PCRE2 accepts.
fn patterns() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PARTS), 1..6).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn a_line_that_the_pattern_matches_is_a_candidate(
        pattern in patterns(),
        line in proptest::collection::vec(prop_oneof![
            Just("a"), Just("b"), Just("k"), Just("K"), Just("s"), Just(" "), Just("é"), Just("É"), Just("a.b"), Just("\r"), Just("-"), Just("\u{212a}"), Just("ſ"),
        ], 0..9),
        broken in proptest::option::of(0usize..20), insensitive: bool, unicode: bool,
    ) {
        let case = if insensitive { Case::Insensitive } else { Case::Sensitive };
        let syntax = Syntax { dialect: Dialect::Perl, case, unicode, ..Syntax::default() };
        let mut line = line.concat().into_bytes();
        if let Some(at) = broken.filter(|&at| at < line.len()) {
            line[at] = 0xC3;
        }
        if cfg!(feature = "pcre2")
            && let Ok(perl) = Perl::new(&[pattern.clone().into_bytes()], &syntax)
            && let Ok(Some(_)) = perl.find_at(&line, 0)
            && let Some(regex) = perl.relaxed()
        {
            prop_assert!(regex.is_match(&line).unwrap(), "{} {:?}", pattern, line);
        }
    }
}

// Short haystacks are searched without the relaxed form.
#[test]
fn the_lines_found_are_those_that_match() {
    if cfg!(not(feature = "pcre2")) {
        return;
    }
    let lines: Vec<String> = (0..3000u32)
        .map(|i| format!("{} error {}ms foo{} {}\n", i.wrapping_mul(2_654_435_761), i % 7, i % 13, "x".repeat(30)))
        .collect();
    let text = lines.concat();
    let syntax = Syntax { dialect: Dialect::Perl, ..Syntax::default() };
    for pattern in [
        r"(?<=error )\d+(?=ms foo1\b)",
        r"(\d)\1\1\1",
        r"^(?!.*foo1).*6ms(?= foo\d+ x)",
        r"\d(?! error)",
        r"1(?!2)(?i)FOO12?",
        r"foo\d++\K (?:x{2}+)++",
    ] {
        let pattern = Pattern::new(&[pattern.into()], &syntax).unwrap();
        let matching = lines.iter().filter(|line| pattern.is_match(line.trim_end().as_bytes()).unwrap()).count();
        let (mut from, mut found) = (0, 0);
        let mut search = LineFinder::new(&pattern, text.as_bytes(), false);
        while let Some(line) = search.next(from).unwrap() {
            (from, found) = (line.end, found + 1);
        }
        assert_eq!(found, matching, "{pattern:?}");
    }
}
