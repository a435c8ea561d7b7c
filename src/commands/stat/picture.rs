//! Draws a row of eighth blocks that shows which parts of a file are in memory. Also formats
//! percentages that never round misleadingly to 0 or 100.

use crate::os::residency::{CachedPages, ResidencyCell};

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Returns one character per cell, which is taller for a larger share in memory.
///
/// A blank is a cell without pages in memory, a full block is one with all pages, and all other
/// cells are in between.
pub fn row(cells: &[ResidencyCell]) -> String {
    cells.iter().map(|cell| EIGHTHS[eighths(cell.cached.resident, cell.pages)]).collect()
}

fn eighths(resident: u64, pages: u64) -> usize {
    if resident == 0 {
        0
    } else if resident >= pages {
        8
    } else {
        (((u128::from(resident) * 8 + u128::from(pages) / 2) / u128::from(pages)) as usize).clamp(1, 7)
    }
}

/// Formats `part` as a percentage of `pages` with one decimal. The result is 0 or 100 only for
/// exactly none or all.
pub fn percent(part: u64, pages: u64) -> String {
    if part == 0 || pages == 0 {
        return "0%".into();
    }
    if part >= pages {
        return "100%".into();
    }
    let tenths = (u128::from(part) * 1000 + u128::from(pages) / 2) / u128::from(pages);
    let tenths = tenths.clamp(1, 999);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Formats `bytes` with one decimal, in the largest unit in which the number is at least one.
pub fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let unit = (bytes.ilog2() / 10) as usize;
    let value = bytes as f64 / (1u64 << (unit * 10)) as f64;
    format!("{value:.1} {}", UNITS[unit - 1])
}

/// Formats nonzero page states, such as `; 3 dirty, 12 evicted`, or says that they are not
/// reported.
pub fn state(cached: &CachedPages) -> String {
    let Some(state) = cached.state else { return "; dirty and evicted: unknown".into() };
    let counts = [(state.dirty, "dirty"), (state.writeback, "in writeback"), (state.evicted, "evicted")];
    let reported = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let reported = reported.collect::<Vec<_>>().join(", ");
    if reported.is_empty() { reported } else { format!("; {reported}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(resident: u64, pages: u64) -> ResidencyCell {
        ResidencyCell { pages, cached: CachedPages { resident, ..CachedPages::default() } }
    }

    #[test]
    fn blank_and_full_mean_none_and_all() {
        let cells = [cell(0, 1000), cell(1, 1000), cell(500, 1000), cell(999, 1000), cell(1000, 1000)];
        assert_eq!(row(&cells), " ▁▄▇█");
        assert_eq!(row(&[]), "");
    }

    #[test]
    fn only_counts_that_are_not_zero_are_reported() {
        let reported = |state| super::state(&CachedPages { state, ..CachedPages::default() });
        let counts = crate::os::residency::CacheCounts { dirty: 3, evicted: 12, ..Default::default() };
        assert_eq!(reported(Some(counts)), "; 3 dirty, 12 evicted");
        assert_eq!(reported(Some(Default::default())), "");
        assert_eq!(reported(None), "; dirty and evicted: unknown");
    }

    #[test]
    fn percentages_are_true_at_both_ends() {
        assert_eq!(percent(0, 10), "0%");
        assert_eq!(percent(1, 1_000_000), "0.1%");
        assert_eq!(percent(999_999, 1_000_000), "99.9%");
        assert_eq!(percent(10, 10), "100%");
        assert_eq!(percent(1, 4), "25.0%");
    }

    #[test]
    fn sizes_for_people() {
        assert_eq!(human(0), "0 B");
        assert_eq!(human(1023), "1023 B");
        assert_eq!(human(1024), "1.0 KiB");
        assert_eq!(human(20 << 30), "20.0 GiB");
        assert_eq!(human(u64::MAX), "16.0 EiB");
    }
}
