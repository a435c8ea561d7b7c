//! The ways of bringing a file's bytes in that are compared, and what each is called.

use clap::ValueEnum;

use crate::cli::bench::{Family, Pattern};
use crate::engine::BLOCK;

/// A way: what is called, how much at a time, by how many threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What is called.
    pub means: Means,
    /// The size of a buffer, a window or an access; `None` where the file is taken as a whole.
    pub block: Option<u64>,
    /// Threads that work at a time.
    pub threads: usize,
}

/// What a way calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// One thing, always.
    Fixed(Family),
    /// What `--io auto` does: the engine that every other subcommand runs on.
    Auto,
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Piece of a whole mapping that a thread takes at a time, where several share it.
pub const PIECE: u64 = 4 * MIB;

impl Way {
    /// Whether the bytes are mapped; otherwise they are read into a buffer. What `auto` does is its own affair.
    pub fn is_map(&self) -> bool {
        !matches!(self.means, Means::Auto | Means::Fixed(Family::Read | Family::Pread))
    }

    /// Whether the bytes are read into a buffer.
    pub fn is_read(&self) -> bool {
        matches!(self.means, Means::Fixed(Family::Read | Family::Pread))
    }

    /// The word for JSON and CSV, which is the one that `--ways` takes.
    pub fn word(&self) -> String {
        match self.means {
            Means::Auto => "auto".into(),
            Means::Fixed(family) => family.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default(),
        }
    }

    /// What people call it: `windows 4 MiB ×2`.
    pub fn label(&self, pattern: Pattern) -> String {
        let name = match self.means {
            Means::Auto => return "--io auto".into(),
            Means::Fixed(Family::Read) if pattern != Pattern::Sequential => "lseek + read",
            Means::Fixed(family) => match family {
                Family::Read => "read",
                Family::Pread => "pread",
                Family::Map => "map",
                Family::MapAdvised if pattern == Pattern::Sequential => "map + SEQUENTIAL",
                Family::MapAdvised => "map + RANDOM",
                Family::MapWillneed => "map + WILLNEED",
                Family::MapPopulate => "map + populate",
                Family::MapHugepage => "map + HUGEPAGE",
                Family::MapPrivate => "map, private",
                Family::Windows => "windows",
            },
        };
        let block = self.block.map(|block| format!(" {}", size(block))).unwrap_or_default();
        let threads = if self.threads > 1 { format!(" ×{}", self.threads) } else { String::new() };
        format!("{name}{block}{threads}")
    }
}

/// A size as people read it: `64 KiB`, `1.5 GiB`, `1000 B`.
pub fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..KIB => return format!("{bytes} B"),
        KIB..MIB => (KIB, "KiB"),
        MIB..0x4000_0000 => (MIB, "MiB"),
        _ => (MIB * KIB, "GiB"),
    };
    let whole = bytes as f64 / unit as f64;
    if bytes.is_multiple_of(unit) { format!("{} {name}", bytes / unit) } else { format!("{whole:.1} {name}") }
}

/// The ways to compare. `blocks` are those asked for, none for the usual ones; `only` likewise.
pub fn ways(pattern: Pattern, threads: usize, blocks: &[u64], only: &[Family], auto: bool) -> Vec<Way> {
    let sequential = pattern == Pattern::Sequential;
    let or = |usual: &[u64]| if blocks.is_empty() { usual.to_vec() } else { blocks.to_vec() };
    let scattered = or(&[4 * KIB, 64 * KIB]);
    let mut ways = Vec::new();
    let mut add = |family, blocks: &[Option<u64>], crews: &[usize]| {
        if only.is_empty() || only.contains(&family) {
            for &threads in crews {
                ways.extend(blocks.iter().map(|&block| Way { means: Means::Fixed(family), block, threads }));
            }
        }
    };
    let some = |blocks: Vec<u64>| blocks.into_iter().map(Some).collect::<Vec<_>>();
    let several: &[usize] = if threads > 1 { &[1, threads] } else { &[1] };
    if sequential {
        add(Family::Read, &some(or(&[64 * KIB, 256 * KIB, MIB])), &[1]);
        add(Family::Pread, &some(or(&[256 * KIB])), &[threads]);
        for family in [Family::Map, Family::MapPopulate] {
            add(family, &[None], several);
        }
        for family in [Family::MapAdvised, Family::MapWillneed, Family::MapHugepage, Family::MapPrivate] {
            add(family, &[None], &[1]);
        }
        add(Family::Windows, &some(or(&[MIB, BLOCK as u64])), several);
    } else {
        let blocks = some(scattered);
        add(Family::Read, &blocks, &[1]);
        add(Family::Pread, &blocks, &[threads]);
        add(Family::Map, &blocks, several);
        for family in [Family::MapAdvised, Family::MapPopulate, Family::MapHugepage, Family::MapPrivate] {
            add(family, &blocks, &[1]);
        }
        add(Family::Windows, &blocks, &[1]);
    }
    if auto {
        ways.push(Way { means: Means::Auto, block: None, threads });
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_there_and_none_twice() {
        for pattern in [Pattern::Sequential, Pattern::Random, Pattern::Stride] {
            for threads in [1, 2] {
                let ways = ways(pattern, threads, &[], &[], true);
                let mut labels: Vec<String> = ways.iter().map(|way| way.label(pattern)).collect();
                labels.sort();
                labels.dedup();
                assert_eq!(labels.len(), ways.len());
                for family in Family::value_variants() {
                    let there = ways.iter().any(|way| way.means == Means::Fixed(*family));
                    assert!(there || pattern != Pattern::Sequential && *family == Family::MapWillneed, "{family:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_asked_for_and_nothing_else() {
        let ways = ways(Pattern::Sequential, 3, &[512], &[Family::Windows], false);
        let labels: Vec<String> = ways.iter().map(|way| way.label(Pattern::Sequential)).collect();
        assert_eq!(labels, ["windows 512 B", "windows 512 B ×3"]);
    }

    #[test]
    fn sizes_for_people() {
        for (bytes, text) in [
            (1, "1 B"),
            (1000, "1000 B"),
            (1024, "1 KiB"),
            (1 << 20, "1 MiB"),
            (3 << 29, "1.5 GiB"),
            (1 << 41, "2048 GiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
