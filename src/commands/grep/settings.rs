//! Resolves the command line and the environment into the settings of a search.

use std::ffi::OsString;

use anyhow::Result;

use crate::cli::grep::{BinaryFiles, EngineName, GrepArgs, Patterns, Printing};
use crate::engine::{Block, InputKind};
use crate::io::Source;
use crate::os::posix::OsStrExt;
use crate::output::is_tool;

use super::binary::{BINARY, PADDED, TEXT};
use super::context::Context;
use super::environment::Environment;
use super::padding;
use super::pattern::Pattern;
use super::pattern::alternatives::{PatternOrigins, alternatives, invalid_alternatives, invalid_pattern, split};
use super::print::color_specs;
use super::print::colors::Colors;
use super::print::excerpt::LongLines;
use super::print::hyperlinks::Hyperlinks;
use super::print::separators::unescape;
use super::print::style::Style;
use super::query::Query;
use super::syntax::{Boundary, Case, Dialect, Syntax};
use super::walk::InputWalk;

/// The output of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Selected lines and their context.
    Lines,
    /// The number of selected lines of each input.
    Count,
    /// The number of matches of each input.
    CountMatches,
    /// The names of inputs with, or without, a selected line.
    Names {
        /// Whether the inputs must have a selected line.
        matching: bool,
    },
    /// Nothing (`-q`).
    Nothing,
    /// ripgrep's messages.
    Json,
}

/// All settings of a search.
#[derive(Debug)]
pub struct Settings {
    /// The query that selects lines.
    pub query: Query,
    /// Whether patterns match characters, not bytes.
    pub matches_characters: bool,
    /// The style in which lines are printed.
    pub style: Style,
    /// The output to print.
    pub report: Report,
    /// The number of lines of context.
    pub context: Context,
    /// Whether nonadjacent lines are separated, because context was requested, even of 0 lines.
    pub separates: bool,
    /// The separator between groups of lines, if any.
    pub group_separator: Option<Vec<u8>>,
    /// The maximum number of selected lines per input.
    pub max_count: Option<u64>,
    /// The setting for binary inputs.
    pub binary: BinaryFiles,
    /// Whether lines that are not valid UTF-8 are treated as binary and not printed, as GNU grep
    /// does in a UTF-8 locale.
    pub checks_encoding: bool,
    /// Whether a UTF-8 byte order mark at the start of an input is skipped, as in ripgrep.
    pub skips_mark: bool,
    /// The name of standard input.
    pub label: Vec<u8>,
    /// Whether matches may span lines, so that every input is searched whole.
    pub multiline: bool,
    /// Whether only the last JSON message is printed.
    pub only_summary: bool,
    /// Whether lines that are not selected are printed too.
    pub passthru: bool,
    /// Whether the search of an input ends at the first line that is not selected after one that is.
    pub stop_on_nonmatch: bool,
    /// Whether no line can be selected and nothing would be printed, so that no input is opened.
    pub prints_nothing: bool,
}

impl Settings {
    /// Resolves `args`. Also returns the files, which begin after the pattern unless -e or -f gives
    /// one. `walk` determines whether their names are printed by default.
    ///
    /// # Errors
    /// Returns an error if a pattern is invalid or missing, a pattern file cannot be read, or
    /// options are mutually exclusive.
    pub fn resolve(args: &GrepArgs, walk: &InputWalk, environment: &Environment) -> Result<(Settings, Vec<OsString>)> {
        let (mut alternatives, origins, files) = alternatives(args)?;
        let printing = &args.printing;
        let syntax = syntax(&args.patterns, environment);
        let query = query(&args.patterns, &syntax, &mut alternatives, &origins)?;
        let report = report(printing, &query);
        let lines_matter = matches!(report, Report::Lines | Report::Json);
        let contexts = [printing.context, printing.before_context, printing.after_context];
        let binary = match args.inputs.binary_files {
            _ if args.inputs.text => BinaryFiles::Text,
            _ if args.inputs.skip_binary => BinaryFiles::WithoutMatch,
            other => other.unwrap_or_default(),
        };
        let name = prints_names(printing).unwrap_or_else(|| walk.names_by_default(&files));
        let wants_headings = printing.heading || printing.pretty || environment.terminal && report == Report::Lines;
        // In GNU grep, `-v` without any pattern is not inverted: every line matches.
        let is_inverted = query.invert && !alternatives.is_empty();
        let mut colors = Colors::from_variable(&environment.colors, is_inverted);
        color_specs::apply(&printing.colors, &mut colors)?;
        let is_colored = environment.color && printing.top.is_none();
        let label = printing.label.as_ref().map_or(b"(standard input)".to_vec(), |label| label.as_bytes().to_vec());
        let format = printing.hyperlink_format.as_deref().unwrap_or_default();
        let hyperlinks = Hyperlinks::parse(format, &label, &environment.wsl_distribution)?;
        // As in GNU grep, counts of 0 are not printed in this case. In ripgrep, only a summary is.
        let nothing_selects = match alternatives.as_slice() {
            [] => !query.invert,
            _ if report == Report::Json => false,
            all => all.iter().all(Vec::is_empty) && query.invert && syntax.boundary == Boundary::Any,
        };
        let settings = Settings {
            matches_characters: syntax.unicode,
            prints_nothing: (nothing_selects || printing.max_count == Some(0))
                && report != Report::Names { matching: false },
            checks_encoding: environment.utf8 && syntax.dialect.is_gnu() && binary != BinaryFiles::Text,
            style: Style {
                name,
                heading: name && wants_headings && !printing.no_heading && !printing.vimgrep,
                colors: Some(colors).filter(|_| is_colored),
                hyperlinks: hyperlinks.filter(|_| is_colored),
                inverted: query.invert,
                escape_for_terminal: environment.terminal && printing.top.is_none(),
                ..style(printing, &syntax)
            },
            report,
            context: if lines_matter { context(printing) } else { Context { before: 0, after: 0 } },
            separates: lines_matter && contexts.iter().any(Option::is_some),
            group_separator: group_separator(printing),
            max_count: printing.max_count.and_then(|max| u64::try_from(max).ok()),
            binary,
            skips_mark: !syntax.dialect.is_gnu() && args.inputs.encoding.as_deref() != Some("none"),
            multiline: query.any.is_multiline(),
            only_summary: printing.quiet && report == Report::Json,
            passthru: printing.passthru && lines_matter,
            stop_on_nonmatch: printing.stop_on_nonmatch,
            query,
            label,
        };
        Ok((settings, files))
    }

    /// Returns the kind of an input with this beginning.
    pub fn classify(&self, head: &[u8]) -> InputKind {
        let is_text = self.binary == BinaryFiles::Text || self.query.terminator == 0;
        let shows_neighbours = self.separates || self.passthru || self.stop_on_nonmatch || self.multiline;
        match is_text || memchr::memchr(0, head).is_none() {
            true => TEXT,
            // GNU grep does not recognise padding.
            false if self.report == Report::Json || shows_neighbours || is_tool() => BINARY,
            false if padding::is_padded_text(head) => PADDED,
            false => BINARY,
        }
    }

    /// Returns whether an input of this kind is treated as having no match.
    pub fn skips_kind(&self, kind: InputKind) -> bool {
        self.binary == BinaryFiles::WithoutMatch && self.report != Report::Json && kind == BINARY
    }

    /// Returns the length of the byte order mark at the start of an input in `block`, if the mark
    /// is not part of the text.
    pub fn mark_length(&self, block: &Block) -> usize {
        let may_hold = self.skips_mark && block.is_first() && block.offset() == 0;
        if may_hold && block.bytes().starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
    }

    /// Returns whether no line of an input of this kind is printed.
    pub fn suppresses_lines(&self, verdict: InputKind) -> bool {
        verdict == BINARY && self.report != Report::Json
    }

    /// Returns whether nothing is printed for a hole that consists of empty lines, so that only
    /// their number matters.
    pub fn skips_holes(&self, terminator: u8) -> bool {
        let counts = matches!(self.report, Report::Count | Report::Names { .. } | Report::Nothing);
        // The lines of a binary input are never printed, and padding belongs to no line.
        let prints = terminator == 0 && !counts;
        match self.query.selects_empty_lines() {
            true if counts => self.max_count.is_none(),
            true => !prints,
            false => !prints || self.context.is_none(),
        }
    }

    /// Returns whether lines are numbered.
    pub fn needs_numbers(&self) -> bool {
        let in_links = self.style.hyperlinks.as_ref().is_some_and(Hyperlinks::have_lines);
        matches!(self.report, Report::Lines | Report::Json) && (self.style.number || in_links)
    }

    /// Returns the name to print for an input.
    pub fn name_of<'s>(&'s self, source: &'s Source) -> &'s [u8] {
        if source.is_stdin() || source.name() == "-" { &self.label } else { source.name().as_bytes() }
    }

    /// Returns the number of digits to which `-T` aligns numbers. As in GNU grep, these are the
    /// digits of the input's size, which a line number exceeds by one at most, or those of the
    /// largest number if the size is unknown.
    pub fn width_of(&self, source: &Source) -> usize {
        if !self.style.tab {
            return 0;
        }
        match source.current_length() {
            Ok(Some(size)) => (size + u64::from(self.style.number)).max(1).ilog10() as usize + 1,
            _ => i64::MAX.ilog10() as usize + 1,
        }
    }
}

/// Compiles the patterns. `alternatives` are those of `-e`, `-f` and the operand, or become those of
/// `--and` or `--not` if there are none.
fn query(
    patterns: &Patterns,
    syntax: &Syntax,
    alternatives: &mut Vec<Vec<u8>>,
    origins: &PatternOrigins,
) -> Result<Query> {
    let compile = |all: &[Vec<u8>]| Pattern::new(all, syntax);
    let each = |all: &[OsString]| -> Result<Vec<Pattern>> {
        let each = all.iter().map(|one| one.as_bytes());
        each.map(|one| compile(&split(one, patterns)).map_err(|error| invalid_pattern(error, one))).collect()
    };
    let mut and = patterns.and.as_slice();
    let mut not = patterns.not.as_slice();
    let mut invert = patterns.invert_match;
    // `--and` and `--not` need no other pattern. The first `--and` then becomes the pattern, and
    // `--not` alone selects like `-v`.
    if patterns.regexp.is_empty() && patterns.file.is_empty() {
        if let Some((first, others)) = and.split_first() {
            *alternatives = split(first.as_bytes(), patterns);
            and = others;
        } else if !not.is_empty() {
            *alternatives = not.iter().flat_map(|one| split(one.as_bytes(), patterns)).collect();
            not = &[];
            invert = !invert;
        }
    }
    Ok(Query {
        any: compile(alternatives).map_err(|error| invalid_alternatives(error, alternatives, origins, &compile))?,
        and: each(and)?,
        not: each(not)?,
        invert,
        terminator: syntax.terminator,
    })
}

fn report(printing: &Printing, query: &Query) -> Report {
    if printing.quiet && printing.json {
        Report::Json
    } else if printing.quiet {
        Report::Nothing
    } else if printing.files_with_matches || printing.files_without_match {
        Report::Names { matching: printing.files_with_matches }
    } else if printing.count_matches || printing.count && query.any.is_multiline() && !query.invert {
        // If matches span lines, matches are counted rather than lines.
        Report::CountMatches
    } else if printing.count {
        Report::Count
    } else if printing.json {
        Report::Json
    } else {
        Report::Lines
    }
}

/// Returns whether file names are printed before lines, or `None` if that depends on the files.
fn prints_names(printing: &Printing) -> Option<bool> {
    match (printing.with_filename, printing.no_filename) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ if printing.vimgrep => Some(true),
        // Equal text from all files is counted together, so names are not printed.
        _ if printing.top.is_some() => Some(false),
        _ => None,
    }
}

fn context(printing: &Printing) -> Context {
    let around = printing.context.unwrap_or(0);
    Context { before: printing.before_context.unwrap_or(around), after: printing.after_context.unwrap_or(around) }
}

/// Returns the style of lines without names and colours.
fn style(printing: &Printing, syntax: &Syntax) -> Style {
    Style {
        name: false,
        heading: false,
        number: (printing.line_number || printing.column || printing.vimgrep || printing.pretty || printing.json)
            && !printing.no_line_number,
        column: (printing.column || printing.vimgrep) && !printing.no_column,
        offset: printing.byte_offset,
        tab: printing.initial_tab,
        escape_for_terminal: false,
        null: printing.null,
        only_matching: printing.only_matching,
        long_lines: printing
            .max_columns
            .filter(|&max| max > 0)
            .map(|max| LongLines { max: as_size(max), preview: printing.max_columns_preview }),
        colors: None,
        hyperlinks: None,
        inverted: false,
        terminator: syntax.terminator,
        crlf: syntax.crlf,
        per_match: printing.vimgrep,
        trim: printing.trim,
        replacement: printing.replace.as_ref().map(|text| text.as_bytes().to_vec()),
        field_separators: [
            separator(&printing.field_match_separator, b":"),
            separator(&printing.field_context_separator, b"-"),
        ],
        path_separator: printing.path_separator,
        no_zeros: printing.no_include_zero,
        passthru: printing.passthru,
    }
}

fn group_separator(printing: &Printing) -> Option<Vec<u8>> {
    match &printing.group_separator {
        _ if printing.no_group_separator => None,
        Some(text) => Some(text.as_bytes().to_vec()),
        None => Some(separator(&printing.context_separator, b"--")),
    }
}

fn separator(text: &Option<OsString>, default: &[u8]) -> Vec<u8> {
    text.as_ref().map_or(default.to_vec(), |text| unescape(text.as_bytes()))
}

fn syntax(patterns: &Patterns, environment: &Environment) -> Syntax {
    let dialect = if patterns.extended_regexp {
        Dialect::Extended
    } else if patterns.basic_regexp {
        Dialect::Basic
    } else if patterns.fixed_strings {
        Dialect::Fixed
    } else if patterns.perl_regexp || patterns.engine == EngineName::Pcre2 {
        Dialect::Perl
    } else {
        Dialect::Rust
    };
    Syntax {
        dialect,
        case: if patterns.ignore_case {
            Case::Insensitive
        } else if patterns.smart_case {
            Case::Smart
        } else {
            Case::Sensitive
        },
        boundary: if patterns.line_regexp {
            Boundary::Line
        } else if patterns.word_regexp {
            Boundary::Word
        } else {
            Boundary::Any
        },
        terminator: if patterns.null_data { 0 } else { b'\n' },
        crlf: patterns.crlf,
        unicode: !patterns.no_unicode && (environment.utf8 || !dialect.is_gnu()),
        multiline: patterns.multiline,
        dot_all: patterns.multiline && patterns.multiline_dotall,
        falls_back: dialect == Dialect::Rust && (patterns.auto_hybrid_regex || patterns.engine == EngineName::Auto),
        size_limit: patterns.regex_size_limit.map(as_size),
        dfa_size_limit: patterns.dfa_size_limit.map(as_size),
    }
}

fn as_size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
