//! What was asked for, resolved to a view and to the rows that are left out.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::canonical::Canonical;
use super::charset::CharacterTable;
use super::classic::{Classic, Stack};
use super::colour::{Coloured, Theme};
use super::panels::{PANEL, Panels, PanelsConfig, panels_that_fit};
use super::placed::{Endian, Placed, XxdRow};
use super::reverse::Notation;
use super::squeeze::Policy;
use super::stream::{CArray, Plain, c_name};
use super::view::View;
use crate::cli::hexdump::{Args, Display, Format, Radix, Width};

/// The most bytes in a row with addresses; also xxd's limit.
pub const WIDEST: usize = 256;

/// What standard output is like.
pub struct Surroundings {
    /// The colours, where colour is wanted.
    pub theme: Option<Theme>,
    /// The columns of the terminal, where it is one.
    pub columns: Option<usize>,
}

/// What to print for the bytes.
pub struct Choice {
    /// The text of rows.
    pub view: Box<dyn View>,
    /// Which rows are left out.
    pub policy: Policy,
}

/// Resolves the command line; `Err` says what does not go together.
pub fn choose(args: &Args, surroundings: &Surroundings) -> Result<Choice, String> {
    let format = format(args)?;
    check(args, format)?;
    let ascii = ascii_column(args, format)?;
    let theme = surroundings.theme.as_ref();
    let view = match format {
        _ if !args.displays.0.is_empty() => displays(&args.displays.0, theme),
        Format::Canonical => canonical(args, surroundings, ascii)?,
        Format::Xxd | Format::Binary => xxd(args, format, surroundings, ascii)?,
        Format::Plain => plain(args, surroundings.columns)?,
        Format::C => c_array(args, surroundings.columns)?,
        Format::Octal => coloured(Classic::TwoBytesOctal, theme),
        Format::Decimal => coloured(Classic::TwoBytesDecimal, theme),
        Format::Hex => coloured(Classic::CompactHex, theme),
        Format::Panels => panels(args, surroundings)?,
    };
    Ok(Choice { view, policy: policy(args, format) })
}

/// The notation that a dump to be turned back is in; `None` leaves it to be found out.
pub fn notation(args: &Args) -> Result<Option<Notation>, String> {
    let width = match args.width {
        None | Some(Width::Auto | Width::Exactly(0)) => 16,
        Some(Width::Exactly(width)) => width,
    };
    let canonical = args.displays.0 == [Display::Canonical];
    let asked = args.format.is_some() || args.plain || args.include || !args.displays.0.is_empty();
    match format(args)? {
        _ if endian(args) == Some(Endian::Little) => Err("a dump in little-endian groups cannot be turned back".into()),
        _ if canonical => Ok(Some(Notation::Canonical)),
        _ if !asked && args.width.is_some() => Ok(Some(Notation::Xxd { width })),
        _ if !asked => Ok(None),
        Format::Canonical if args.displays.0.is_empty() => Ok(Some(Notation::Canonical)),
        Format::Xxd => Ok(Some(Notation::Xxd { width })),
        Format::Plain => Ok(Some(Notation::Plain)),
        _ => Err("only canonical, xxd and plain dumps can be turned back".into()),
    }
}

/// The format, also where another option says it.
fn format(args: &Args) -> Result<Format, String> {
    let implied = (args.panels.is_some() || args.border.is_some()).then_some(Format::Panels);
    let asked = match args.format {
        Some(format) => Some(format),
        None if args.plain => Some(Format::Plain),
        None if args.include => Some(Format::C),
        None => None,
    };
    match (asked, implied) {
        (Some(asked), Some(implied)) if asked != implied => Err("--panels and --border need --format panels".into()),
        (None, Some(_)) if !args.displays.0.is_empty() => Err("--panels and --border need --format panels".into()),
        (asked, implied) => Ok(asked.or(implied).unwrap_or(Format::Canonical)),
    }
}

/// Refuses what a format has no use for. xxd's formats accept what xxd accepts, with or without an effect.
fn check(args: &Args, format: Format) -> Result<(), String> {
    let xxd = matches!(format, Format::Xxd | Format::Binary | Format::Plain | Format::C);
    let classic = !args.displays.0.is_empty() || matches!(format, Format::Octal | Format::Decimal | Format::Hex);
    let has_groups = matches!(format, Format::Canonical | Format::Panels) && !classic;
    let refused = [
        (args.width.is_some() && classic, "--width"),
        (args.group.is_some() && !xxd && !has_groups, "--group"),
        (args.upper && classic, "--upper"),
        (endian(args).is_some() && !(format == Format::Xxd || has_groups), "--endian"),
        (args.address_radix == Radix::Decimal && (classic || format == Format::Panels), "--address-radix"),
        (
            (args.name.is_some() || args.capitalize) && format != Format::C,
            "--name and --capitalize, meant for --format c,",
        ),
        (
            args.character_table.is_some() && (classic || matches!(format, Format::Plain | Format::C)),
            "--character-table",
        ),
    ];
    match refused.iter().find(|(refused, _)| *refused) {
        Some((_, option)) => Err(format!("{option} has no meaning with this format")),
        None => Ok(()),
    }
}

fn policy(args: &Args, format: Format) -> Policy {
    match format {
        Format::Plain | Format::C => Policy::Never,
        Format::Xxd | Format::Binary if args.squeeze => Policy::Zeros,
        Format::Xxd | Format::Binary => Policy::Never,
        _ if args.no_squeezing => Policy::Never,
        _ => Policy::Repeats,
    }
}

fn endian(args: &Args) -> Option<Endian> {
    if args.little_endian { Some(Endian::Little) } else { args.endian }
}

/// Whether the column of characters is EBCDIC; `Err` for the tables that need more than one byte a character.
fn ascii_column(args: &Args, format: Format) -> Result<bool, String> {
    match args.character_table {
        _ if format == Format::Panels => Ok(false),
        None | Some(CharacterTable::Ascii) => Ok(false),
        Some(CharacterTable::Ebcdic) => Ok(true),
        Some(_) => Err("this --character-table needs --format panels".into()),
    }
}

/// The bytes a row, within `1..=limit`, where `columns_for(n)` are those that a row of `n` bytes takes.
fn width(
    args: &Args,
    default: usize,
    limit: usize,
    terminal: Option<usize>,
    columns_for: impl Fn(usize) -> usize,
) -> Result<usize, String> {
    match (args.width, terminal) {
        (None | Some(Width::Exactly(0)), _) | (Some(Width::Auto), None) => Ok(default),
        (Some(Width::Exactly(width)), _) if width <= limit => Ok(width),
        (Some(Width::Exactly(_)), _) => Err(format!("invalid number of columns (max. {limit})")),
        // Rows of a multiple of four: addresses stay easy to read.
        (Some(Width::Auto), Some(columns)) => {
            Ok((1..=WIDEST / 4).map(|n| 4 * n).take_while(|&n| columns_for(n) <= columns).last().unwrap_or(4))
        }
    }
}

fn coloured<V: View + 'static>(view: V, theme: Option<&Theme>) -> Box<dyn View> {
    let Some(theme) = theme else { return Box::new(view) };
    match Coloured::new(view, theme.clone()) {
        Ok(coloured) => Box::new(coloured),
        Err(view) => Box::new(view),
    }
}

fn displays(displays: &[Display], theme: Option<&Theme>) -> Box<dyn View> {
    let mut views: Vec<Box<dyn View>> = displays
        .iter()
        .map(|display| match display {
            Display::Canonical => coloured(Canonical, theme),
            Display::OneByteOctal => coloured(Classic::OneByteOctal, theme),
            Display::OneByteChar => coloured(Classic::OneByteChar, theme),
            Display::TwoBytesDecimal => coloured(Classic::TwoBytesDecimal, theme),
            Display::TwoBytesOctal => coloured(Classic::TwoBytesOctal, theme),
            Display::TwoBytesHex => coloured(Classic::TwoBytesHex, theme),
        })
        .collect();
    if views.len() == 1 { views.remove(0) } else { Box::new(Stack(views)) }
}

fn canonical(args: &Args, surroundings: &Surroundings, ebcdic: bool) -> Result<Box<dyn View>, String> {
    let (endian, group) = groups(args)?;
    let decimal = args.address_radix == Radix::Decimal;
    let columns_for = |width: usize| 14 + 3 * width + width / 8 + width;
    let width = width(args, 16, WIDEST, surroundings.columns, columns_for)?;
    let plain = width == 16 && group == 1 && !args.upper && !decimal && !ebcdic;
    Ok(if plain {
        coloured(Canonical, surroundings.theme.as_ref())
    } else {
        coloured(Placed::canonical(width, group, endian, args.upper, decimal, ebcdic), surroundings.theme.as_ref())
    })
}

/// The order and size of the groups in canonical rows and panels.
fn groups(args: &Args) -> Result<(Endian, usize), String> {
    let endian = endian(args).unwrap_or(Endian::Big);
    let group = args.group.unwrap_or(if endian == Endian::Little { 4 } else { 1 });
    match group {
        1 | 2 | 4 | 8 => Ok((endian, group)),
        _ => Err("with this format, a group has 1, 2, 4 or 8 bytes".into()),
    }
}

fn xxd(args: &Args, format: Format, surroundings: &Surroundings, ebcdic: bool) -> Result<Box<dyn View>, String> {
    let bits = format == Format::Binary;
    let endian = endian(args).unwrap_or(Endian::Big);
    let group = args.group.unwrap_or(match endian {
        _ if bits => 1,
        Endian::Big => 2,
        Endian::Little => 4,
    });
    let columns_for = |width: usize| 12 + width * if bits { 9 } else { 2 } + width / group.max(1) + width;
    let width = width(args, if bits { 6 } else { 16 }, WIDEST, surroundings.columns, columns_for)?;
    if endian == Endian::Little && group <= width && group > 0 && !group.is_power_of_two() {
        return Err("number of octets per group must be a power of 2 with --endian little".into());
    }
    let decimal = args.address_radix == Radix::Decimal;
    let row = XxdRow { width, group, endian, upper: args.upper, bits, decimal, ebcdic };
    Ok(coloured(Placed::xxd(row), surroundings.theme.as_ref()))
}

fn plain(args: &Args, columns: Option<usize>) -> Result<Box<dyn View>, String> {
    let width = match args.width {
        // As with xxd, no width at all is one long line.
        Some(Width::Exactly(0)) => None,
        _ => Some(width(args, 30, usize::MAX, columns, |width| 2 * width)?),
    };
    Ok(Box::new(Plain { width, upper: args.upper }))
}

fn c_array(args: &Args, columns: Option<usize>) -> Result<Box<dyn View>, String> {
    let width = width(args, 12, usize::MAX, columns, |width| 2 + 6 * width)?;
    let file = args.files.first().map(OsString::as_os_str).filter(|&name| name != OsStr::new("-"));
    let name = args.name.as_deref().or(file).map(|name| c_name(name.as_bytes(), args.capitalize));
    Ok(Box::new(CArray { width, upper: args.upper, name, capitalize: args.capitalize }))
}

fn panels(args: &Args, surroundings: &Surroundings) -> Result<Box<dyn View>, String> {
    let (endian, group) = groups(args)?;
    let panels = match (args.panels, args.width) {
        (Some(Width::Exactly(panels)), _) => panels,
        (None, Some(Width::Exactly(width))) if width % PANEL == 0 => width / PANEL,
        (None, Some(Width::Exactly(_))) => return Err("with --format panels, the width is a multiple of 8".into()),
        (None, None) | (_, Some(Width::Auto)) | (Some(Width::Auto), _) => {
            let wanted = args.panels.is_some() || args.width.is_some();
            let fitting = surroundings.columns.map(|columns| panels_that_fit(columns, group));
            // Two by default, unless the terminal is too narrow for them.
            fitting.map_or(2, |fitting| if wanted { fitting } else { fitting.min(2) })
        }
    };
    if !(1..=WIDEST / PANEL).contains(&panels) {
        return Err(format!("there can be 1 to {} panels", WIDEST / PANEL));
    }
    Ok(Box::new(Panels::new(PanelsConfig {
        panels,
        group,
        endian,
        upper: args.upper,
        border: args.border.unwrap_or_default(),
        table: args.character_table.unwrap_or_default(),
        theme: surroundings.theme.clone(),
    })))
}
