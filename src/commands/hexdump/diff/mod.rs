//! `--diff`: compares two inputs byte by byte.
//!
//! Both inputs are read in order on one thread, which compares mapped bytes at about the speed of
//! memory. The output depends only on the bytes: insertions and deletions are found by examining a
//! fixed number of bytes of both inputs ([`align`]).

pub mod align;
mod positions;
mod rows;
mod side;

use std::io::ErrorKind;

use align::{Aligner, LOOK_AHEAD};
use positions::CmpForm;
use rows::{SideBySide, SideBySideConfig, Sides};
use side::Side;

use super::address::{Address, AddressNotation};
use super::colour::{THEME_VARIABLE, Theme};
use super::resolve::{MAX_WIDTH, too_wide};
use crate::app::config::{Config, terminal_columns};
use crate::cli::hexdump::{DumpFormat, HexdumpArgs, Radix, Width};
use crate::engine::{BLOCK, BlockReader, Plan, SplitAt};
use crate::exit::Exit;
use crate::io::path;
use crate::output::{Output, print_message};

/// The number of bytes compared at a time, few enough to stay in a cache.
const CHUNK: usize = 4096;

/// The length of text after which it is written, even if more bytes are available.
const FLUSH_BYTES: usize = 1 << 20;

/// The form in which differences are printed.
enum DiffForm {
    /// Rows side by side.
    Rows(Box<SideBySideConfig>),
    /// Bytes at the same distance, as in cmp(1).
    Bytes(CmpForm),
}

/// Compares two inputs. As in cmp(1), the exit status is 0 if they are equal, 1 if not, and 2 on
/// errors.
///
/// # Errors
/// Returns the error from writing to standard output.
pub fn run(args: &HexdumpArgs, config: &Config, output: &mut Output) -> anyhow::Result<Exit> {
    let form = match resolve(args, config, terminal_columns(output)) {
        Ok(form) => form,
        Err(message) => {
            print_message(format_args!("mapped: {message}"));
            return Ok(Exit::Error);
        }
    };
    if matches!(form, DiffForm::Bytes(_)) && is_one_input(args) {
        return Ok(Exit::Success);
    }
    let mut plan = config.engine.plan(SplitAt::Exact, BLOCK);
    plan.emit_holes = true;
    let side = |name: &std::ffi::OsString, plan: Plan| {
        Side::new(name.clone(), BlockReader::new(config.input(name.clone()), plan, &config.stats))
    };
    let stdin = "-".into();
    let mut left = side(args.shown.files.first().unwrap_or(&stdin), plan);
    plan.range.offset = args.second_offset.unwrap_or(plan.range.offset);
    let mut right = side(args.shown.files.get(1).unwrap_or(&stdin), plan);
    let differ = match &form {
        DiffForm::Rows(rows) => in_rows(rows, &mut left, &mut right, output)?,
        DiffForm::Bytes(form) => positions::compare(&mut left, &mut right, output, *form)?,
    };
    let mut exit = if differ { Exit::Failure } else { Exit::Success };
    for side in [&left, &right] {
        for error in side.failure().into_iter().chain(side.notices()) {
            exit = Exit::Error;
            // Scripts use cmp -s to check whether a file is up to date, and the file often does not
            // exist yet.
            if !args.quiet || !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) {
                output.flush()?;
                output.report(&side.name, error);
            }
        }
    }
    Ok(exit)
}

/// Returns whether both inputs are compared from the same offset.
fn is_aligned(args: &HexdumpArgs) -> bool {
    let offset = args.common.offset.unwrap_or(0);
    args.second_offset.unwrap_or(offset) == offset
}

/// Returns whether an input is compared with itself. cmp does not read it in that case.
fn is_one_input(args: &HexdumpArgs) -> bool {
    let [one, other] = &args.shown.files[..] else { return false };
    let is_same = match (one == "-", other == "-") {
        (true, true) => true,
        (false, false) => {
            path::status(one).is_ok_and(|one| path::status(other).is_ok_and(|other| one.is_same_file(&other)))
        }
        _ => false,
    };
    // A file that cannot be opened is an error.
    is_same && is_aligned(args) && (one == "-" || path::open(one).is_ok() && path::open(other).is_ok())
}

/// Rejects operands and options that have no effect on a comparison.
fn check(args: &HexdumpArgs) -> Result<(), String> {
    let files = &args.shown.files;
    let is_stdin = files.iter().all(|file| file == "-");
    let is_equal = files.len() == 2 && is_aligned(args) && (args.quiet || args.brief || is_plain(args));
    if files.len() > 2 || is_stdin && !is_equal {
        return Err("--diff compares two files, or one with standard input".into());
    }
    let has_format = !matches!(args.shown.format, None | Some(DumpFormat::Canonical | DumpFormat::Plain));
    let refused = [
        (has_format || args.include || !args.types.is_empty() || !args.shown.displays.is_empty(), "this format"),
        (args.panels.is_some() || args.border.is_some(), "--panels and --border"),
        (args.group.is_some(), "--group"),
        (args.endian.is_some() || args.shown.little_endian, "--endian"),
        (args.character_table.is_some(), "--character-table"),
        (args.name.is_some() || args.capitalize || args.terminate, "--name, --capitalize and --terminate"),
    ];
    if let Some((_, option)) = refused.iter().find(|(refused, _)| *refused) {
        return Err(format!("--diff cannot be combined with {option}"));
    }
    Ok(())
}

fn is_plain(args: &HexdumpArgs) -> bool {
    args.plain || args.shown.format == Some(DumpFormat::Plain)
}

fn resolve(args: &HexdumpArgs, config: &Config, columns: Option<usize>) -> Result<DiffForm, String> {
    check(args)?;
    let with_characters = args.print_bytes;
    if args.quiet {
        return Ok(DiffForm::Bytes(CmpForm::Nothing));
    }
    if args.brief {
        return Ok(DiffForm::Bytes(CmpForm::First { with_characters }));
    }
    if is_plain(args) {
        return Ok(DiffForm::Bytes(CmpForm::List { with_characters }));
    }
    if with_characters {
        return Err("--print-bytes needs --brief or --format plain".into());
    }
    let notation = match args.address_radix {
        None | Some(Radix::Hexadecimal) => AddressNotation::Hex,
        Some(Radix::Decimal) => AddressNotation::Decimal,
        Some(Radix::Octal) => AddressNotation::Octal,
        Some(Radix::None) => AddressNotation::None,
    };
    const DEFAULT: usize = 8;
    let columns_for = |width: usize| 2 * (13 + 4 * width + (width - 1) / 8) + 5;
    let width = match (args.width, columns) {
        // Most terminals have 80 columns.
        (None, Some(columns)) => (1..=DEFAULT).rev().find(|&width| columns_for(width) <= columns).unwrap_or(1),
        (None | Some(Width::Exactly(0)), _) | (Some(Width::Auto), None) => DEFAULT,
        (Some(Width::Exactly(width)), _) if width <= MAX_WIDTH => width,
        (Some(Width::Exactly(width)), _) => return Err(too_wide(width, MAX_WIDTH)),
        (Some(Width::Auto), Some(columns)) => {
            (1..=MAX_WIDTH / 4).map(|n| 4 * n).take_while(|&width| columns_for(width) <= columns).last().unwrap_or(4)
        }
    };
    Ok(DiffForm::Rows(Box::new(SideBySideConfig {
        width,
        address: Address { digits: 8, notation },
        base: args.base.unwrap_or(0),
        upper: args.upper,
        context: args.context.unwrap_or(0) as usize,
        all: args.no_squeezing,
        theme: config.color.then(|| Theme::parse(&config.variable(THEME_VARIABLE))),
    })))
}

/// Prints the rows that differ, and returns whether there are any.
fn in_rows(
    config: &SideBySideConfig,
    left: &mut Side<'_>,
    right: &mut Side<'_>,
    output: &mut Output,
) -> anyhow::Result<bool> {
    left.require(1);
    right.require(1);
    let mut rows = SideBySide::new(config, left.offset(), right.offset());
    let mut aligner = Aligner::default();
    let mut text = vec![];
    loop {
        left.require(LOOK_AHEAD);
        right.require(LOOK_AHEAD);
        text.clear();
        if skip_holes(&mut rows, left, right, &mut text) {
            output.write_all(&text)?;
            continue;
        }
        let before = (rows.clone(), aligner.failures);
        let (left_used, right_used) = step(&mut rows, &mut aligner, left, right, &mut text);
        // Whether the bytes were those of the file is known only after all of them have been
        // examined.
        if left.was_doubtful() | right.was_doubtful() {
            (rows, aligner.failures) = before;
            continue;
        }
        output.write_all(&text)?;
        if left_used == 0 && right_used == 0 {
            break;
        }
        left.advance(left_used as u64);
        right.advance(right_used as u64);
    }
    text.clear();
    rows.finish(&mut text);
    output.write_all(&text)?;
    Ok(rows.differ)
}

/// Compares the available bytes, and returns the number of bytes processed in each input. Returns 0
/// if both inputs have ended or if one of them cannot be read further.
fn step(
    rows: &mut SideBySide<'_>,
    aligner: &mut Aligner,
    left: &Side<'_>,
    right: &Side<'_>,
    text: &mut Vec<u8>,
) -> (usize, usize) {
    let (left_bytes, right_bytes) = (left.bytes(), right.bytes());
    let (mut left_used, mut right_used) = (0, 0);
    loop {
        let (a, b) = (&left_bytes[left_used..], &right_bytes[right_used..]);
        let alike = alike(a, b);
        if alike > 0 {
            aligner.were_alike(alike);
            rows.alike(&a[..alike], text);
            (left_used, right_used) = (left_used + alike, right_used + alike);
            continue;
        }
        let is_known = |side: &Side<'_>, rest: &[u8]| side.is_at_end() || rest.len() >= LOOK_AHEAD;
        if !is_known(left, a) || !is_known(right, b) {
            return (left_used, right_used);
        }
        if a.is_empty() || b.is_empty() {
            // If one input failed, it is unknown whether it lacks the rest of the other one.
            if left.failure().is_none() && right.failure().is_none() {
                rows.only(Sides::Left, a, text);
                rows.only(Sides::Right, b, text);
                (left_used, right_used) = (left_bytes.len(), right_bytes.len());
            }
            return (left_used, right_used);
        }
        let difference = aligner.difference(a, b, left.is_at_end() && right.is_at_end());
        let both = difference.left.min(difference.right);
        rows.replaced(&a[..both], &b[..both], text);
        if difference.left > both {
            rows.only(Sides::Left, &a[both..difference.left], text);
        }
        if difference.right > both {
            rows.only(Sides::Right, &b[both..difference.right], text);
        }
        (left_used, right_used) = (left_used + difference.left, right_used + difference.right);
        if text.len() >= FLUSH_BYTES {
            return (left_used, right_used);
        }
    }
}

/// Skips holes at the same position in both inputs, or in the longer one if the other has ended.
fn skip_holes(rows: &mut SideBySide<'_>, left: &mut Side<'_>, right: &mut Side<'_>, text: &mut Vec<u8>) -> bool {
    let has_ended = |side: &Side<'_>| side.is_at_end() && side.bytes().is_empty();
    let margin = rows.margin();
    let (both, only) = (left.hole().min(right.hole()), left.hole().max(right.hole()));
    if both > 0 && !rows.shows_all() {
        // Process bytes up to the start of the next row, and rows to show after a difference.
        let some = margin + rows.room(Sides::Both) as u64;
        let rest = both.saturating_sub(some + margin);
        let rest = rest - rest % rows.width();
        if rest > 0 {
            rows.alike(&vec![0; some as usize], text);
            rows.skip(rest, rest);
            left.advance(some + rest);
            right.advance(some + rest);
            return true;
        }
    }
    if left.failure().is_some() || right.failure().is_some() {
        return false;
    }
    // More rows of zeros at the end of the longer input do not change the output.
    let rest = only - only % rows.width();
    if has_ended(right) && rows.is_repeating_zeros(Sides::Left) {
        rows.skip(rest, 0);
        left.advance(rest);
    } else if has_ended(left) && rows.is_repeating_zeros(Sides::Right) {
        rows.skip(0, rest);
        right.advance(rest);
    } else {
        return false;
    }
    rest > 0
}

/// Returns the number of equal bytes at the start.
fn alike(left: &[u8], right: &[u8]) -> usize {
    let len = left.len().min(right.len());
    let (left, right) = (&left[..len], &right[..len]);
    let equal = left.chunks(CHUNK).zip(right.chunks(CHUNK)).take_while(|(a, b)| a == b);
    let whole: usize = equal.map(|(a, _)| a.len()).sum();
    whole + left[whole..].iter().zip(&right[whole..]).take_while(|(a, b)| a == b).count()
}
