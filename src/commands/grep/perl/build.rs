//! Passes patterns to PCRE2, with conditions on the text around a match, and adapts its error messages.

use anyhow::anyhow;
use pcre2::bytes::{Regex, RegexBuilder};

use super::super::syntax::{Boundary, Case, Syntax};
use super::relaxed::RelaxedRegex;
use super::text::offset_as_typed;
use crate::os::{processors, reserve_exact};
use crate::output::is_tool;

/// The maximum size in bytes of the JIT's stack of each thread. It is reserved, and grows as it is used.
const JIT_STACK_BYTES: usize = 32 << 20;

/// Returns the relaxed form of alternatives, unless they have settings.
pub(super) fn relaxed(bodies: &[String], verbs: &str, syntax: &Syntax) -> Option<RelaxedRegex> {
    if verbs.is_empty() { RelaxedRegex::new(bodies, has_ascii_classes(verbs, syntax), syntax) } else { None }
}

/// Returns whether classes such as `\w` match nothing outside ASCII. Classes in POSIX patterns
/// depend on the locale; those in Perl's patterns are ASCII, as in GNU grep up to 3.8.
fn has_ascii_classes(verbs: &str, syntax: &Syntax) -> bool {
    syntax.unicode && !syntax.dialect.is_posix() && !verbs.contains("(*UCP)")
}

/// Returns a pattern as a group that ends any open quotation or comment.
///
/// # Errors
/// Returns an error if PCRE2 rejects the pattern on its own: `a)(b` is only valid within a group.
pub(super) fn group(verbs: &str, body: &str, syntax: &Syntax) -> Result<String, pcre2::Error> {
    let compile = |body: &str| {
        let mut builder = RegexBuilder::new();
        builder.ucp(syntax.unicode).caseless(syntax.case == Case::Insensitive).build(&format!("{verbs}{body}"))
    };
    compile(body)?;
    let unquoted = format!(r"(?:{body}\E)");
    // In extended syntax, an open comment hides the parenthesis. Settings choose what ends a comment.
    Ok(if compile(&unquoted).is_ok() { unquoted } else { format!("(?:{body}\r\n)") })
}

/// Returns PCRE2's message about an alternative, with the offset in the pattern as typed. A POSIX
/// pattern is rewritten before it is compiled, so its offset is meaningless.
pub(super) fn refusal(error: &pcre2::Error, alternative: &[u8], syntax: &Syntax) -> anyhow::Error {
    let offset = error.offset().filter(|_| !syntax.dialect.is_posix());
    let typed = |offset| offset_as_typed(alternative, syntax.unicode, syntax.ends_at_record(), offset);
    with_offset(error, offset.map(typed))
}

/// Returns the reason in PCRE2's message with another offset, or with none, as in GNU grep.
fn with_offset(error: &pcre2::Error, offset: Option<usize>) -> anyhow::Error {
    let message = error.to_string();
    let reason = message.split_once(": ").and_then(|(_, rest)| rest.split_once(": "));
    let reason = reason.map_or(message.as_str(), |(_, reason)| reason);
    match offset.filter(|_| !is_tool()) {
        Some(offset) => anyhow!("{reason} at offset {offset}"),
        None => anyhow!(reason.to_owned()),
    }
}

/// Compiles a pattern that begins with settings, and adds conditions on the text around a match.
pub(super) fn build(verbs: &str, body: &str, syntax: &Syntax) -> anyhow::Result<Regex> {
    let bounded = match syntax.boundary {
        Boundary::Any => body.to_owned(),
        Boundary::Word => format!(r"(?<!\w){body}(?!\w)"),
        Boundary::Line if syntax.multiline => format!("(?m:^){body}(?m:$)"),
        Boundary::Line => format!(r"\A{body}\z"),
    };
    // PCRE2 skips bytes that are not UTF-8 only if the crate also enables Unicode's classes.
    let classes = if has_ascii_classes(verbs, syntax) { "(?a)" } else { "" };
    let regex = RegexBuilder::new()
        .ucp(syntax.unicode)
        .caseless(syntax.case == Case::Insensitive)
        .multi_line(syntax.multiline)
        .dotall(syntax.dot_all)
        .crlf(syntax.crlf && syntax.multiline)
        .jit_if_available(has_room_for_stacks())
        .max_jit_stack_size(Some(JIT_STACK_BYTES))
        .build(&format!("{verbs}{classes}{bounded}"));
    // The pattern was assembled here, so an offset in it means nothing to its author.
    regex.map_err(|error| with_offset(&error, None))
}

/// Returns whether the stacks of all threads can be reserved (`ulimit -v`). If one cannot, the crate
/// panics. Without the JIT, there are no stacks.
fn has_room_for_stacks() -> bool {
    // Each thread has a stack for its line and two for many lines.
    const STACKS: usize = 3;
    // The windows and buffers need room as well.
    const OTHERS: usize = 96 << 20;
    let threads = processors().max(2);
    let mut room = Vec::<u8>::new();
    let has_room = reserve_exact(&mut room, threads * STACKS * JIT_STACK_BYTES + OTHERS).is_ok();
    // The compiler may omit an allocation that is not used, and assume that it succeeds.
    std::hint::black_box(room);
    has_room
}
