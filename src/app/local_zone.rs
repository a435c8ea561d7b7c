//! The time zone of the system or of `TZ`.

use std::fs::{metadata, read, read_link};
use std::path::Path;

use jiff::tz::TimeZone;

/// The maximum size in bytes of a file that is read as a zone.
const MAX_ZONE_FILE: u64 = 1 << 20;

/// The system's zone (tzfile(5)): a link into [`ZONES`], whose target names the zone.
const SYSTEM_ZONE: &str = "/etc/localtime";
const ZONES: &str = "/usr/share/zoneinfo";

/// Returns the zone of the system or of `TZ`, or UTC if `TZ` names a file without a zone.
///
/// The time library reads such a file to its end, which a device or a FIFO may not have.
#[must_use]
pub fn local_zone() -> TimeZone {
    let named = std::env::var("TZ").ok();
    let file = named.as_ref().and_then(|name| metadata(name.strip_prefix(':').unwrap_or(name)).ok());
    match file {
        Some(file) if !file.is_file() || file.len() > MAX_ZONE_FILE => TimeZone::UTC,
        None if named.is_none() => linked_zone().unwrap_or_else(TimeZone::system),
        _ => TimeZone::system(),
    }
}

/// Returns the zone to which the system's link points.
///
/// The time library finds it too, but lists the whole database first, which takes longer than
/// searching a megabyte.
fn linked_zone() -> Option<TimeZone> {
    let target = read_link(SYSTEM_ZONE).ok()?;
    let name = target.strip_prefix(ZONES).or_else(|_| target.strip_prefix(Path::new("..").join(&ZONES[1..]))).ok()?;
    let file = metadata(SYSTEM_ZONE).ok()?;
    if !file.is_file() || file.len() > MAX_ZONE_FILE {
        return None;
    }
    TimeZone::tzif(name.to_str()?, &read(SYSTEM_ZONE).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn the_linked_zone_is_the_one_that_the_time_library_finds() {
        let Some(zone) = linked_zone() else { return };
        let expected = TimeZone::try_system().unwrap();
        assert_eq!(zone.iana_name(), expected.iana_name());
        for second in [0, 1_000_000_000, 1_719_792_000, 1_735_689_600] {
            let time = Timestamp::from_second(second).unwrap();
            assert_eq!(zone.to_offset(time), expected.to_offset(time));
        }
    }
}
