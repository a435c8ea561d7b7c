//! Tests of the translation of POSIX patterns.

use super::*;

#[track_caller]
fn extended(pattern: &str, expected: &str) {
    assert_eq!(translate(pattern.as_bytes(), true, true, Target::Rust).as_deref(), Ok(expected));
}

#[track_caller]
fn basic(pattern: &str, expected: &str) {
    assert_eq!(translate(pattern.as_bytes(), false, true, Target::Rust).as_deref(), Ok(expected));
}

#[test]
fn operators_of_extended_patterns() {
    extended("a|b", "a|b");
    extended("(ab)+?", "(?:(ab))*");
    // Regression: `(.**)\1` exceeded PCRE2's number of steps.
    extended("a**??b+", "(?:a)*(?:b)+");
    extended("a++|a??", "(?:a)+|(?:a)?");
    extended("a{2}{3,}", "(?:(?:a){2,2}){3,}");
    extended("a{,2}", "(?:a){0,2}");
    extended("a{x", r"a\{x");
    extended("a{1,40000x", r"a\{1,40000x");
    extended("a{1,2", r"a\{1,2");
    extended("({})", r"(\{\})");
    extended("a)", r"a\)");
    extended("*a", "a");
    extended(r"\b*a", r"\ba");
    // An operator after a group repeats the group, regardless of how the group ends.
    extended(r"(\>)*a", r"(?:(\b{end}))*a");
    // Regression: these patterns were rejected as unmatched, although a skipped interval is an
    // atom.
    extended(r"(\>{1,3})", r"(\b{end})");
    extended("({2})a", "()a");
    extended(r"\<a\>", r"\b{start}a\b{end}");
}

#[test]
fn operators_of_basic_patterns() {
    basic("a|b", r"a\|b");
    basic(r"a\|b", "a|b");
    basic(r"\(a\)*", "(?:(a))*");
    basic(r"\<*\>\{1\}", r"\b{start}\*\b{end}\{1\}");
    basic("*a", r"\*a");
    basic("^*a", r"^\*a");
    basic("a^b$c", r"a\^b\$c");
    basic(r"a\{1,2\}", "(?:a){1,2}");
    basic("a+", r"a\+");
    // A brace with nothing to repeat is a literal, even if it is never closed.
    basic(r"\{1", r"\{1");
}

#[test]
fn brackets_hold_backslashes_and_leading_brackets() {
    extended(r"[\]", r"[\x{5C}]");
    extended("[]a]", r"[\x{5D}\x{61}]");
    extended("[^]-a]", r"[^\x{5D}-\x{61}]");
    extended("[[:digit:]x-]", r"[0-9\x{78}\x{2D}]");
    extended("[[.-.]a]", r"[\x{2D}\x{61}]");
}

#[test]
fn invalid_patterns_are_rejected_as_by_gnu_grep() {
    let error = |pattern: &str, extended| translate(pattern.as_bytes(), extended, true, Target::Rust).unwrap_err();
    assert_eq!(error("a\\", true), Error::TrailingBackslash);
    assert_eq!(error("[a", true), Error::UnmatchedBracket);
    assert_eq!(error("(a", true), Error::UnmatchedOpen);
    assert_eq!(error("(+)", true), Error::UnmatchedOpen);
    assert_eq!(error(r"(\<?)", true), Error::UnmatchedOpen);
    // Regression: these patterns were accepted, because GNU grep's two parsers disagree about
    // anchors and braces.
    assert_eq!(error("(^**)a", true), Error::UnmatchedOpen);
    assert_eq!(error("(a|{)", true), Error::UnmatchedOpen);
    assert_eq!(error("a\\)", false), Error::UnmatchedClose);
    assert_eq!(error("a{2,1}", true), Error::InvalidInterval);
    // Regression: these braces were treated as literals, but glibc treats them as literals only if
    // a bound is not a number.
    for pattern in ["a{}", "a{1,2,3}", "a{1,,2}", "a{,2,}", "a{1,,"] {
        assert_eq!(error(pattern, true), Error::InvalidInterval, "{pattern}");
    }
    assert_eq!(error("a{40000}", true), Error::IntervalTooBig);
    assert_eq!(error("[[=a=]-c]", true), Error::InvalidRange);
    assert_eq!(error("[a-[=c=]]", true), Error::InvalidRange);
    assert_eq!(error("[z-a]", true), Error::InvalidRange);
    assert_eq!(error("[[:nope:]]", true), Error::InvalidClass);
    assert_eq!(error("[:space:]", true), Error::ClassOutsideBracket);
    assert_eq!(error("[^:space:]", true), Error::ClassOutsideBracket);
    // Regression: these patterns were rejected as classes without their brackets.
    for pattern in ["[:spac-e:]", "[:space[:space:]:]", "[:a[.b.]:]", "[:::]", "[::]", "[:a]"] {
        assert!(translate(pattern.as_bytes(), true, true, Target::Rust).is_ok(), "{pattern}");
    }
    assert_eq!(error("[[:alpha:]-z]", true), Error::InvalidRange);
    // A hyphen in the middle is not a member.
    assert_eq!(error("[a-z-9]", true), Error::InvalidRange);
    assert_eq!(error("[a-c--]", true), Error::InvalidRange);
    assert_eq!(error(r"(a)\1", true), Error::BackReference);
    assert_eq!(error(r"(a)\2", true), Error::InvalidBackReference);
    assert_eq!(error(r"(a\1)", true), Error::InvalidBackReference);
}

#[test]
fn bytes_that_are_not_characters_match_themselves() {
    assert_eq!(translate(b"a\xFF", true, true, Target::Rust).as_deref(), Ok(r"a(?-u:\xFF)"));
    assert_eq!(translate("é".as_bytes(), true, false, Target::Rust).as_deref(), Ok(r"(?-u:\xC3)(?-u:\xA9)"));
    assert_eq!(escape(b"a.\xFF", true), r"a\.(?-u:\xFF)");
    // Regression: this range contained every character from its start on.
    assert_eq!(translate(b"[a-\xFF]", true, true, Target::Rust).as_deref(), Ok(r"[\x{10FFFF}-\x{10FFFF}]"));
}

#[test]
fn bytes_in_brackets_are_bytes_in_the_c_locale() {
    let bytes = |target| translate(b"[\xE8-\xEA]", true, false, target);
    assert_eq!(bytes(Target::Rust).as_deref(), Ok(r"[\xE8-\xEA]"));
    assert_eq!(bytes(Target::Perl).as_deref(), Ok(r"[\xE8-\xEA]"));
}

#[test]
fn back_references_are_written_for_pcre2() {
    let perl = |pattern: &str, extended| translate(pattern.as_bytes(), extended, true, Target::Perl);
    assert_eq!(perl(r"\(a*\)b\1", false).as_deref(), Ok(r"((?:a)*)b\g{1}"));
    assert_eq!(perl(r"(a)(b\1)+\<", true).as_deref(), Ok(r"(a)(?:(b\g{1}))+\b(?=\w)"));
    assert_eq!(perl("([[:alpha:]])\\1", true).as_deref(), Ok(r"([[:alpha:]])\g{1}"));
}

// Regression: `()|\1` was accepted.
#[test]
fn a_back_reference_is_to_a_group_in_the_same_alternative() {
    let translated = |pattern: &str| translate(pattern.as_bytes(), true, true, Target::Perl);
    for valid in [r"(a)\1|b", r"(a|b)\1", r"(a)(b|\1)", r"((a)|b)\2", r"(a)(b|(c))(\1|\3)"] {
        assert!(translated(valid).is_ok(), "{valid}");
    }
    for wrong in [r"()|\1", r"(a)|b\1", r"((a)|\2)", r"(x|(a)|(b)\2)", r"\1(a)"] {
        assert_eq!(translated(wrong), Err(Error::InvalidBackReference), "{wrong}");
    }
}

// Regression: a test of parentheses from GNU grep took quadratic memory: 21 GB for a million of them.
#[test]
fn a_million_groups_take_linear_memory() {
    let open = "(".repeat(1_000_000);
    assert_eq!(translate(open.as_bytes(), true, true, Target::Rust), Err(Error::UnmatchedOpen));
    let alternatives = "(a|".repeat(100_000) + &")".repeat(100_000);
    assert!(translate(alternatives.as_bytes(), true, true, Target::Rust).is_ok());
}
