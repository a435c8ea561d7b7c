//! Resolves the command line to a view and a policy for omitting rows.
//!
//! Only this module combines options. If options cannot be combined, the error names them.

use std::ffi::{OsStr, OsString};

use super::address::{Address, AddressNotation};
use super::canonical::CanonicalView;
use super::colour::{ColouredView, Theme};
use super::fixed_columns::{FixedColumnsView, XxdRow};
use super::format::{self, FormatView, Formats};
use super::format_file::formats_in;
use super::od::{self, OdView, RowAddresses};
use super::panels::{PANEL, PanelsConfig, PanelsView, panels_that_fit};
use super::squeeze::SqueezePolicy;
use super::stream::{CArrayView, PlainView, c_name};
use super::view::View;
use crate::cli::hexdump::{CharacterTable, Display, DumpFormat, Endian, HexdumpArgs, Radix, Width};
use crate::cli::wording::invalid_value;
use crate::os::posix::OsStrExt;
use crate::output::is_tool;

/// The maximum number of bytes in a row with addresses, which is also xxd's limit.
pub const MAX_WIDTH: usize = 256;

/// The maximum number of bytes in a row of od's types, because a row must fit into memory.
const MAX_FIELDS_WIDTH: usize = 1 << 20;

/// The maximum number of bytes shown of each match.
const MAX_SHOWN_MATCH: u64 = 1 << 20;

/// The properties of standard output.
pub struct Terminal {
    /// The colours, if enabled.
    pub theme: Option<Theme>,
    /// The number of columns, if standard output is a terminal.
    pub columns: Option<usize>,
}

/// The resolved output format.
pub struct ResolvedDump {
    /// The view that formats rows.
    pub view: Box<dyn View>,
    /// The policy for omitting rows.
    pub policy: SqueezePolicy,
    /// The number of bytes per line, to which the start of the dump at a match is aligned.
    pub line: usize,
    /// Whether an offset before the start of the input is an error, as in xxd and hexyl.
    pub is_strict: bool,
}

/// Resolves the command line.
///
/// # Errors
/// Returns an error if options contradict each other or a file cannot be read.
pub fn resolve(args: &HexdumpArgs, terminal: &Terminal) -> Result<ResolvedDump, String> {
    let format = format(args)?;
    check(args, format)?;
    let ebcdic = ebcdic(args, format)?;
    let theme = terminal.theme.as_ref();
    let (view, line) = match format {
        _ if !args.types.is_empty() => (od(args)?, None),
        _ if !displays(args).is_empty() => (formatted(displays(args), theme)?, None),
        DumpFormat::Canonical => (canonical(args, terminal, ebcdic)?, None),
        DumpFormat::Xxd | DumpFormat::Binary => (xxd(args, format, terminal, ebcdic)?, None),
        DumpFormat::Plain => plain(args, terminal.columns)?,
        DumpFormat::C => c_array(args, terminal.columns)?,
        DumpFormat::Octal => (formatted(&[Display::TwoBytesOctal], theme)?, None),
        DumpFormat::Decimal => (formatted(&[Display::TwoBytesDecimal], theme)?, None),
        DumpFormat::Hex => (formats(format::PLAIN_HEX.map(Vec::from).to_vec(), theme, true)?, None),
        DumpFormat::Panels => (panels(args, terminal)?, None),
    };
    let line = line.unwrap_or_else(|| view.width());
    let is_strict = format == DumpFormat::Panels || is_of_xxd(format);
    Ok(ResolvedDump { view, policy: policy(args, format), line, is_strict })
}

fn is_of_xxd(format: DumpFormat) -> bool {
    matches!(format, DumpFormat::Xxd | DumpFormat::Binary | DumpFormat::Plain | DumpFormat::C)
}

/// Returns the displays printed in hexdump's formats. The canonical display alone has its own view.
fn displays(args: &HexdumpArgs) -> &[Display] {
    match &args.shown.displays[..] {
        [Display::Canonical] => &[],
        displays if args.include && is_binary(displays) => &[],
        displays => displays,
    }
}

/// Returns whether the displays request binary digits, as in xxd's `-b -i`.
fn is_binary(displays: &[Display]) -> bool {
    !displays.is_empty() && displays.iter().all(|display| *display == Display::OneByteOctal)
}

/// Returns the format, which other options may imply.
///
/// # Errors
/// Returns an error if options name different formats.
pub fn format(args: &HexdumpArgs) -> Result<DumpFormat, String> {
    let implied = (args.panels.is_some() || args.border.is_some()).then_some(DumpFormat::Panels);
    let named = match args.shown.format {
        Some(DumpFormat::Binary | DumpFormat::C) | None if args.include => Some(DumpFormat::C),
        Some(_) if args.include => return Err("--include cannot be combined with this --format".into()),
        Some(format) => Some(format),
        None if args.plain => Some(DumpFormat::Plain),
        None => None,
    };
    match (named, implied) {
        (Some(named), Some(implied)) if named != implied => Err("--panels and --border need --format panels".into()),
        (None, Some(_)) if !args.shown.displays.is_empty() => Err("--panels and --border need --format panels".into()),
        (named, implied) => Ok(named.or(implied).unwrap_or(DumpFormat::Canonical)),
    }
}

/// Rejects options that a format does not use. The formats of xxd accept all options that xxd
/// accepts, even those without effect.
fn check(args: &HexdumpArgs, format: DumpFormat) -> Result<(), String> {
    let od = !args.types.is_empty();
    if od && !args.shown.displays.is_empty() {
        return Err("--type cannot be combined with displays and formats".into());
    }
    let xxd = is_of_xxd(format);
    let classic =
        !displays(args).is_empty() || matches!(format, DumpFormat::Octal | DumpFormat::Decimal | DumpFormat::Hex);
    let has_groups = matches!(format, DumpFormat::Canonical | DumpFormat::Panels) && !classic && !od;
    let has_endian = format == DumpFormat::Xxd || has_groups || od;
    if args.all && args.common.length.is_some_and(|length| length > MAX_SHOWN_MATCH) {
        return Err("with --all, --length must be at most 1M".into());
    }
    if args.second_base.is_some() && args.common.offset.is_some_and(|offset| offset < 0) {
        return Err("--second-base needs an --offset from the start".into());
    }
    if args.context.is_some() && args.find.is_empty() {
        return Err("--context needs --find or --diff".into());
    }
    let of_arrays =
        [(args.name.is_some(), "--name"), (args.capitalize, "--capitalize"), (args.terminate, "--terminate (-t)")];
    if let Some((_, option)) = of_arrays.iter().find(|(given, _)| *given && format != DumpFormat::C) {
        return Err(format!("{option} needs --format c or -i"));
    }
    let refused = [
        (args.all && matches!(format, DumpFormat::Plain | DumpFormat::C), "--all"),
        (args.count && args.common.length.is_some(), "--length, which counts from each match,"),
        (args.count && args.context.is_some(), "--context"),
        (args.width.is_some() && classic, "--width"),
        (args.group.is_some() && !xxd && !has_groups, "--group"),
        (args.upper && (classic || od), "--upper"),
        (args.second_base.is_some() && !od, "--second-base"),
        (endian(args).is_some() && !has_endian, "--endian"),
        (args.address_radix.is_some() && !od && (classic || format == DumpFormat::Panels), "--address-radix"),
        (
            args.character_table.is_some() && (od || classic || matches!(format, DumpFormat::Plain | DumpFormat::C)),
            "--character-table",
        ),
    ];
    match refused.iter().find(|(refused, _)| *refused) {
        Some((_, option)) => Err(format!("{option} has no effect with this format")),
        None => Ok(()),
    }
}

fn policy(args: &HexdumpArgs, format: DumpFormat) -> SqueezePolicy {
    match format {
        DumpFormat::Plain | DumpFormat::C => SqueezePolicy::Never,
        DumpFormat::Xxd | DumpFormat::Binary if args.squeeze => SqueezePolicy::Zeros,
        DumpFormat::Xxd | DumpFormat::Binary => SqueezePolicy::Never,
        _ if args.no_squeezing => SqueezePolicy::Never,
        _ => SqueezePolicy::Repeats,
    }
}

/// Returns the requested byte order, if any.
pub fn endian(args: &HexdumpArgs) -> Option<Endian> {
    if args.shown.little_endian { Some(Endian::Little) } else { args.endian }
}

/// Returns the notation of addresses. As in xxd, decimal ones are signed.
fn address_notation(args: &HexdumpArgs, default: AddressNotation) -> AddressNotation {
    match args.address_radix {
        None => default,
        Some(Radix::Hexadecimal) => AddressNotation::Hex,
        Some(Radix::Decimal) => AddressNotation::Decimal,
        Some(Radix::Octal) => AddressNotation::Octal,
        Some(Radix::None) => AddressNotation::None,
    }
}

/// Returns the format of addresses before strings.
///
/// # Errors
/// Returns an error that names an option that has no effect on strings.
pub fn strings_address(args: &HexdumpArgs) -> Result<Address, String> {
    if !args.shown.displays.is_empty() || args.width.is_some() || args.group.is_some() || args.upper {
        return Err("--strings cannot be combined with displays, --width, --group and --upper".into());
    }
    let notation = address_notation(args, AddressNotation::Octal);
    Ok(Address { digits: if notation == AddressNotation::Hex { 6 } else { 7 }, notation })
}

/// Returns whether the character column is EBCDIC.
fn ebcdic(args: &HexdumpArgs, format: DumpFormat) -> Result<bool, String> {
    match args.character_table {
        _ if format == DumpFormat::Panels => Ok(false),
        None | Some(CharacterTable::Ascii) => Ok(false),
        Some(CharacterTable::Ebcdic) => Ok(true),
        Some(_) => Err("this --character-table needs --format panels".into()),
    }
}

/// Returns the number of bytes per row, within `1..=limit`, where a row of `n` bytes is
/// `columns_for(n)` columns wide.
fn width(
    args: &HexdumpArgs,
    default: usize,
    limit: usize,
    terminal: Option<usize>,
    columns_for: impl Fn(usize) -> usize,
) -> Result<usize, String> {
    match (args.width, terminal) {
        (None | Some(Width::Exactly(0)), _) | (Some(Width::Auto), None) => Ok(default),
        (Some(Width::Exactly(width)), _) if width <= limit => Ok(width),
        (Some(Width::Exactly(width)), _) => Err(too_wide(width, limit)),
        // The number of bytes per row is a multiple of four, so that addresses are easy to read.
        (Some(Width::Auto), Some(columns)) => {
            Ok((1..=MAX_WIDTH / 4).map(|n| 4 * n).take_while(|&n| columns_for(n) <= columns).last().unwrap_or(4))
        }
    }
}

/// Returns the message about a width above `limit`, which is xxd's own when run as xxd.
pub fn too_wide(width: usize, limit: usize) -> String {
    match is_tool() {
        true => format!("invalid number of columns (max. {limit})"),
        false => invalid_value("--width", &width.to_string(), format_args!("expected at most {limit}")),
    }
}

fn coloured<V: View + 'static>(view: V, theme: Option<&Theme>) -> Box<dyn View> {
    let Some(theme) = theme else { return Box::new(view) };
    match ColouredView::new(view, theme.clone()) {
        Ok(coloured) => Box::new(coloured),
        Err(view) => Box::new(view),
    }
}

/// Returns a view with the displays and formats, in their order.
fn formatted(displays: &[Display], theme: Option<&Theme>) -> Result<Box<dyn View>, String> {
    let mut texts: Vec<Vec<u8>> = vec![];
    let mut is_own = false;
    for display in displays {
        let known: &[&str] = match display {
            Display::Canonical => &format::CANONICAL,
            Display::OneByteOctal => &format::ONE_BYTE_OCTAL,
            Display::OneByteHex => &format::ONE_BYTE_HEX,
            Display::OneByteChar => &format::ONE_BYTE_CHAR,
            Display::TwoBytesDecimal => &format::TWO_BYTES_DECIMAL,
            Display::TwoBytesOctal => &format::TWO_BYTES_OCTAL,
            Display::TwoBytesHex => &format::TWO_BYTES_HEX,
            Display::Format(text) => {
                is_own = true;
                texts.push(text.as_bytes().to_vec());
                continue;
            }
            Display::FormatFile(path) | Display::NamedFile(path) => {
                is_own = true;
                texts.append(&mut formats_in(path, matches!(display, Display::NamedFile(_)))?);
                continue;
            }
        };
        texts.extend(known.iter().map(|text| text.as_bytes().to_vec()));
    }
    formats(texts, theme, !is_own)
}

/// Returns a view with formats. The user's formats have their own colours, and all others have
/// those of the theme.
fn formats(texts: Vec<Vec<u8>>, theme: Option<&Theme>, has_theme: bool) -> Result<Box<dyn View>, String> {
    let formats = Formats::parse(&texts, theme.is_some())?;
    Ok(Box::new(FormatView::new(formats, theme.filter(|_| has_theme).cloned())))
}

fn od(args: &HexdumpArgs) -> Result<Box<dyn View>, String> {
    let types = args.types.iter().map(|text| {
        od::parse(text).ok_or_else(|| match is_tool() {
            true => format!("invalid type '{text}': {}", od::EXPECTED_TYPE),
            false => invalid_value("--type", text, od::EXPECTED_TYPE),
        })
    });
    let types: Vec<od::FieldType> = types.collect::<Result<Vec<_>, _>>()?.concat();
    let width = match args.width {
        None | Some(Width::Auto) => 16,
        Some(Width::Exactly(width)) if width <= MAX_FIELDS_WIDTH => od::row_width(width, &types)?,
        Some(Width::Exactly(width)) => return Err(too_wide(width, MAX_FIELDS_WIDTH)),
    };
    let is_little_endian = endian(args) != Some(Endian::Big);
    let first = args.base.unwrap_or(0).wrapping_add_signed(args.common.offset.unwrap_or(0));
    let label = args.second_base.map(|label| label.wrapping_sub(first));
    let addresses = RowAddresses { notation: address_notation(args, AddressNotation::Octal), label };
    Ok(Box::new(OdView::new(types, width, addresses, is_little_endian)))
}

fn canonical(args: &HexdumpArgs, terminal: &Terminal, ebcdic: bool) -> Result<Box<dyn View>, String> {
    let (endian, group) = groups(args)?;
    let notation = address_notation(args, AddressNotation::Hex);
    let columns_for = |width: usize| 14 + 3 * width + width / 8 + width;
    let width = width(args, 16, MAX_WIDTH, terminal.columns, columns_for)?;
    let theme = terminal.theme.as_ref();
    Ok(if width == 16 && group == 1 && !args.upper && notation == AddressNotation::Hex && !ebcdic {
        coloured(CanonicalView, theme)
    } else {
        let row = XxdRow { width, group, endian, upper: args.upper, bits: false, notation, ebcdic };
        coloured(FixedColumnsView::canonical(row), theme)
    })
}

/// Returns the byte order and size of the groups in canonical rows and panels.
fn groups(args: &HexdumpArgs) -> Result<(Endian, usize), String> {
    let endian = endian(args).unwrap_or(Endian::Big);
    let group = args.group.unwrap_or(if endian == Endian::Little { 4 } else { 1 });
    match group {
        1 | 2 | 4 | 8 => Ok((endian, group)),
        _ => Err("with this format, a group must have 1, 2, 4 or 8 bytes".into()),
    }
}

fn xxd(args: &HexdumpArgs, format: DumpFormat, terminal: &Terminal, ebcdic: bool) -> Result<Box<dyn View>, String> {
    let bits = format == DumpFormat::Binary;
    let endian = endian(args).unwrap_or(Endian::Big);
    let group = args.group.unwrap_or(match endian {
        _ if bits => 1,
        Endian::Big => 2,
        Endian::Little => 4,
    });
    let columns_for = |width: usize| 12 + width * if bits { 9 } else { 2 } + width / group.max(1) + width;
    let width = width(args, if bits { 6 } else { 16 }, MAX_WIDTH, terminal.columns, columns_for)?;
    if endian == Endian::Little && group <= width && group > 0 && !group.is_power_of_two() {
        return Err("with --endian little, the number of bytes per group must be a power of 2".into());
    }
    let notation = match address_notation(args, AddressNotation::Hex) {
        AddressNotation::Decimal => AddressNotation::SignedDecimal,
        notation => notation,
    };
    let row = XxdRow { width, group, endian, upper: args.upper, bits, notation, ebcdic };
    Ok(coloured(FixedColumnsView::xxd(row), terminal.theme.as_ref()))
}

fn plain(args: &HexdumpArgs, columns: Option<usize>) -> Result<(Box<dyn View>, Option<usize>), String> {
    let width = match args.width {
        // As in xxd, a width of zero means one long line.
        Some(Width::Exactly(0)) => None,
        _ => Some(width(args, 30, usize::MAX, columns, |width| 2 * width)?),
    };
    Ok((Box::new(PlainView { width, upper: args.upper }), width.filter(|&width| width <= MAX_WIDTH)))
}

fn c_array(args: &HexdumpArgs, columns: Option<usize>) -> Result<(Box<dyn View>, Option<usize>), String> {
    let binary = args.shown.format == Some(DumpFormat::Binary) || is_binary(&args.shown.displays);
    let width = width(args, if binary { 6 } else { 12 }, usize::MAX, columns, |width| 2 + 6 * width)?;
    let file = args.shown.files.first().map(OsString::as_os_str).filter(|&name| name != OsStr::new("-"));
    let name = args.name.as_deref().or(file).map(|name| c_name(name.as_bytes(), args.capitalize));
    let (capitalize, terminate) = (args.capitalize, args.terminate);
    let view = CArrayView { width, upper: args.upper, binary, name, capitalize, terminate };
    Ok((Box::new(view), Some(width).filter(|&width| width <= MAX_WIDTH)))
}

fn panels(args: &HexdumpArgs, terminal: &Terminal) -> Result<Box<dyn View>, String> {
    let (endian, group) = groups(args)?;
    let panels = match (args.panels, args.width) {
        (Some(Width::Exactly(panels)), _) => panels,
        (None, Some(Width::Exactly(width))) if width % PANEL == 0 => width / PANEL,
        (None, Some(Width::Exactly(_))) => return Err("with --format panels, the width must be a multiple of 8".into()),
        (None, None) | (_, Some(Width::Auto)) | (Some(Width::Auto), _) => {
            let wanted = args.panels.is_some() || args.width.is_some();
            let fitting = terminal.columns.map(|columns| panels_that_fit(columns, group));
            // There are two by default, unless the terminal is too narrow for them.
            fitting.map_or(2, |fitting| if wanted { fitting } else { fitting.min(2) })
        }
    };
    if !(1..=MAX_WIDTH / PANEL).contains(&panels) {
        let reason = format_args!("expected a number from 1 to {}", MAX_WIDTH / PANEL);
        return Err(invalid_value("--panels", &panels.to_string(), reason));
    }
    Ok(Box::new(PanelsView::new(PanelsConfig {
        panels,
        group,
        endian,
        upper: args.upper,
        border: args.border.unwrap_or_default(),
        table: args.character_table.unwrap_or_default(),
        theme: terminal.theme.clone(),
    })))
}
