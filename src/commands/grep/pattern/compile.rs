//! Compiles alternatives into a [`Pattern`]: chooses the engine and the method of finding lines.

use anyhow::{Result, anyhow};
use grep_matcher::Matcher;
use grep_regex::RegexMatcherBuilder;
use memchr::memmem;

use super::super::perl::Perl;
use super::super::posix::{self, Target};
use super::super::syntax::{Boundary, Case, Dialect, Syntax};
use super::super::words::WordSearch;
use super::candidates::CandidateTally;
use super::longest::LongestMatcher;
use super::per_thread::PerThread;
use super::prefixed::PrefixedRegex;
use super::sources::{Sources, single_literal};
use super::within_line::within_line;
use super::{Finder, Pattern, RegexEngine};

impl Pattern {
    /// Compiles `alternatives`, any of which selects a line.
    ///
    /// # Errors
    /// Returns an error if an alternative is not valid in its dialect, contains a line terminator,
    /// or is too large.
    pub fn new(alternatives: &[Vec<u8>], syntax: &Syntax) -> Result<Pattern> {
        let syntax = &syntax.with_case_for(alternatives);
        if syntax.dialect == Dialect::Perl {
            let stays_within = |one: &Vec<u8>| within_line(one, syntax).as_ref() == Some(one);
            let spans = syntax.multiline && !alternatives.iter().all(stays_within);
            return Pattern::backtracking(alternatives, alternatives, &Syntax { multiline: spans, ..syntax.clone() });
        }
        if syntax.falls_back {
            let rust = Pattern::new(alternatives, &Syntax { falls_back: false, ..syntax.clone() });
            let perl = Syntax { falls_back: false, dialect: Dialect::Perl, ..syntax.clone() };
            return rust.or_else(|refused| Pattern::new(alternatives, &perl).map_err(|_| refused));
        }
        if let Some(words) = WordSearch::new(alternatives, syntax) {
            return Ok(Pattern::words(words, syntax));
        }
        match Sources::new(alternatives, syntax) {
            Ok(sources) => {
                let multiline = syntax.multiline && sources.may_span_lines(syntax);
                Pattern::automata(alternatives, sources, &Syntax { multiline, ..syntax.clone() })
            }
            Err(error) if matches!(error.downcast_ref(), Some(posix::Error::BackReference)) => {
                let extended = syntax.dialect == Dialect::Extended;
                // PCRE2 matches bytes that are not part of a character only where every byte is one.
                let unicode = syntax.unicode && alternatives.iter().all(|one| std::str::from_utf8(one).is_ok());
                let rewritten = alternatives
                    .iter()
                    .map(|one| posix::translate(one, extended, unicode, Target::Perl).map(String::into_bytes))
                    .collect::<Result<Vec<_>, _>>()?;
                let dot_all = syntax.dot_all || syntax.terminator != b'\n';
                Pattern::backtracking(alternatives, &rewritten, &Syntax { dot_all, unicode, ..syntax.clone() })
            }
            Err(error) => Err(error),
        }
    }

    /// Compiles a pattern for PCRE2. `rewritten` is `alternatives` in Perl's syntax.
    fn backtracking(alternatives: &[Vec<u8>], rewritten: &[Vec<u8>], syntax: &Syntax) -> Result<Pattern> {
        let finder = plain_finder(alternatives, syntax).unwrap_or(match syntax.multiline {
            true => Finder::Block,
            false => Finder::Line,
        });
        let perl = Perl::new(rewritten, syntax)?;
        Ok(Pattern {
            finder,
            longest_match: perl.longest_match().filter(|_| syntax.boundary == Boundary::Any),
            engine: RegexEngine::Backtracking(Box::new(perl)),
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: syntax.multiline,
            may_match_among_nuls: true,
            line_automaton: None,
            open_match: None,
            candidates: CandidateTally::default(),
        })
    }

    fn words(words: WordSearch, syntax: &Syntax) -> Pattern {
        Pattern {
            finder: match (words.is_for_whole_lines(), words.has_empty()) {
                (true, _) => Finder::Line,
                (false, true) => Finder::Everything,
                (false, false) => Finder::Block,
            },
            may_match_among_nuls: words.may_match_among_nuls(),
            longest_match: words.longest_match(),
            line_automaton: None,
            open_match: None,
            candidates: CandidateTally::default(),
            engine: RegexEngine::Words(Box::new(words)),
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: false,
        }
    }

    fn automata(alternatives: &[Vec<u8>], mut sources: Sources, syntax: &Syntax) -> Result<Pattern> {
        // With `-z`, a line may contain newlines, so anchors match at its ends only.
        let is_record = syntax.terminator != b'\n' && !syntax.multiline;
        let whole_record = is_record && syntax.boundary == Boundary::Line;
        if whole_record {
            sources = Sources::Regexes(vec![format!(r"\A(?:{})\z", sources.joined())]);
        }
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(!is_record)
            .unicode(syntax.unicode)
            .octal(false)
            .dot_matches_new_line(syntax.dot_all)
            .word(syntax.boundary == Boundary::Word)
            .whole_line(syntax.boundary == Boundary::Line && !whole_record);
        set_case_and_limits(&mut builder, syntax);
        if is_record {
            // In GNU's dialects, `.` matches the newlines in a record.
            builder.dot_matches_new_line(syntax.dialect.is_posix());
        } else if syntax.multiline {
            // Anchors take carriage returns into account, which matches may still contain.
            builder.crlf(syntax.crlf).line_terminator(None);
        } else {
            builder.line_terminator(Some(b'\n'));
            if syntax.crlf {
                builder.crlf(true);
            }
        }
        let regex = match &sources {
            Sources::Literals(all) => builder.fixed_strings(true).build_many(all),
            Sources::Regexes(all) => builder.build_many(all),
        }
        .map_err(|error| refusal(&error.to_string(), &sources))?;
        let runs_over_blocks = regex.line_terminator().is_some() || syntax.multiline;
        let longest = match &sources {
            _ if !syntax.dialect.is_posix() || syntax.multiline => None,
            Sources::Literals(all) if all.len() < 2 => None,
            _ => LongestMatcher::new(&sources.joined(), syntax)?.map(Box::new),
        };
        Ok(Pattern {
            finder: plain_finder(alternatives, syntax).unwrap_or(match runs_over_blocks {
                true => Finder::Block,
                false => Finder::Line,
            }),
            engine: RegexEngine::Automata {
                regex: Box::new(PerThread::new(regex)),
                prefixed: PrefixedRegex::new(&sources.joined(), syntax).filter(|_| longest.is_none()).map(Box::new),
                longest,
            },
            terminator: syntax.terminator,
            crlf: syntax.crlf,
            multiline: syntax.multiline,
            may_match_among_nuls: sources.may_match_among_nuls(syntax),
            line_automaton: sources.line_automaton(syntax).filter(|_| !syntax.multiline && syntax.case != Case::Smart),
            open_match: sources.open_match(syntax),
            candidates: CandidateTally::default(),
            longest_match: sources.longest_match(syntax).filter(|_| !syntax.multiline),
        })
    }
}

fn set_case_and_limits(builder: &mut RegexMatcherBuilder, syntax: &Syntax) {
    builder.case_insensitive(syntax.case == Case::Insensitive).case_smart(syntax.case == Case::Smart);
    if let Some(limit) = syntax.size_limit {
        builder.size_limit(limit);
    }
    if let Some(limit) = syntax.dfa_size_limit {
        builder.dfa_size_limit(limit);
    }
}

/// Returns the finder for alternatives that need no regex.
fn plain_finder(alternatives: &[Vec<u8>], syntax: &Syntax) -> Option<Finder> {
    if alternatives.is_empty() {
        return Some(Finder::Nothing);
    }
    if syntax.boundary == Boundary::Any && alternatives.iter().any(Vec::is_empty) && !syntax.multiline {
        return Some(Finder::Everything);
    }
    single_literal(alternatives, syntax)
        .map(|literal| Finder::Literal(Box::new(memmem::Finder::new(&literal).into_owned())))
}

/// Returns the error for a rejected regex: the reason and its offset in the pattern as typed.
fn refusal(message: &str, sources: &Sources) -> anyhow::Error {
    let single = match sources {
        Sources::Regexes(all) => all.iter().find_map(|one| syntax_error(one)),
        Sources::Literals(_) => None,
    };
    if let Some((reason, offset)) = single {
        return match is_of_perl(&reason) {
            true => anyhow!("{reason}; -P has look-around and back-references"),
            false => anyhow!("{reason} at offset {offset}"),
        };
    }
    // The last line names the error, and those before it show the compiled pattern, which has groups
    // that were not typed.
    let reason = message.lines().last().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ").to_owned();
    let advice = if reason.contains("size limit") { "; --regex-size-limit raises it" } else { "" };
    anyhow!("{reason}{advice}")
}

fn is_of_perl(reason: &str) -> bool {
    reason.contains("look-around") || reason.contains("backreferences")
}

/// Returns the reason why a regex is not valid, and the offset in bytes.
fn syntax_error(regex: &str) -> Option<(String, usize)> {
    let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
    match parser.parse(regex).err()? {
        regex_syntax::Error::Parse(error) => Some((error.kind().to_string(), error.span().start.offset)),
        regex_syntax::Error::Translate(error) => Some((error.kind().to_string(), error.span().start.offset)),
        _ => None,
    }
}
