//! Determines from the command line the notation in which a dump is read, or hints for its
//! detection.

use super::{Base, DumpNotation, Hints, RowLayout};
use crate::cli::hexdump::{Display, DumpFormat, Endian, HexdumpArgs, Radix, Width};
use crate::commands::hexdump::resolve::{endian, format};

/// Returns the notation of a dump to reverse if an option specifies it, or hints for its detection.
///
/// # Errors
/// Returns an error if dumps in that notation cannot be reversed.
pub fn requested(args: &HexdumpArgs) -> Result<(Option<DumpNotation>, Hints), String> {
    let width = match args.width {
        None | Some(Width::Auto | Width::Exactly(0)) => None,
        Some(Width::Exactly(width)) => Some(width),
    };
    let base = match args.address_radix {
        None => None,
        Some(Radix::Hexadecimal) => Some(Base::Hex),
        Some(Radix::Decimal) => Some(Base::Decimal),
        Some(Radix::Octal) => Some(Base::Octal),
        Some(Radix::None) => return Err("rows without addresses cannot be reversed; use --format plain".into()),
    };
    let hints = |layout| Hints { layout, base };
    let detected = |layout| Ok((None, hints(Some(layout))));
    let is_canonical = args.shown.displays == [Display::Canonical];
    let is_named = args.shown.format.is_some() || args.plain || args.include || !args.shown.displays.is_empty();
    match format(args)? {
        _ if endian(args) == Some(Endian::Little) => Err("dumps in little-endian groups cannot be reversed".into()),
        _ if !args.types.is_empty() && args.types.iter().all(|text| matches!(text.as_str(), "x1" | "x1z")) => {
            detected(RowLayout::Narrow)
        }
        _ if !args.types.is_empty() => Err("x1 is the only type of od that can be reversed".into()),
        _ if is_canonical => detected(RowLayout::Wide),
        _ if !is_named && width.is_some() => Ok((Some(DumpNotation::Xxd { width }), hints(None))),
        _ if !is_named => Ok((None, hints(None))),
        DumpFormat::Canonical if args.shown.displays.is_empty() => detected(RowLayout::Wide),
        DumpFormat::Binary => detected(RowLayout::Bits),
        DumpFormat::Xxd if base.is_some_and(|base| base != Base::Hex) => detected(RowLayout::Colon),
        DumpFormat::Xxd => Ok((Some(DumpNotation::Xxd { width }), hints(None))),
        DumpFormat::Plain => Ok((Some(DumpNotation::XxdPlain), hints(None))),
        DumpFormat::Panels => detected(RowLayout::Panels(0)),
        _ => Err("only canonical, xxd, binary and plain dumps, panels, and --type x1 can be reversed".into()),
    }
}
