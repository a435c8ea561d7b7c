//! Defines the methods of reading that are compared, and their names.

use clap::ValueEnum;

use super::state::CacheState;
use crate::cli::bench::{AccessPattern, Family};
use crate::engine::BLOCK;

/// A method of reading: its system calls, their size, the threads, and the requests in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// The system calls.
    pub calls: Calls,
    /// The size of a buffer, a window or an access; `None` if the file is mapped as a whole.
    pub block: Option<u64>,
    /// The number of threads.
    pub threads: usize,
    /// The number of requests in flight on each thread.
    pub depth: usize,
}

/// The system calls of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// The same calls for every file.
    Fixed(Family),
    /// The choice of `--io auto`, with the engine that every other subcommand uses.
    Auto,
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The number of bytes that a thread takes at a time from a mapping that several threads share.
pub const PIECE: u64 = 4 * MIB;

/// The default of `--queue-depth`.
const SEQUENTIAL_DEPTH: usize = 4;
const SCATTERED_DEPTH: usize = 32;

impl Method {
    /// Returns the method of this family.
    pub fn of(family: Family, block: Option<u64>, threads: usize) -> Method {
        Method { calls: Calls::Fixed(family), block, threads, depth: 1 }
    }

    /// Returns the method of `--io auto`.
    pub fn auto(threads: usize) -> Method {
        Method { calls: Calls::Auto, block: None, threads, depth: 1 }
    }

    /// Returns whether the bytes are mapped. `auto` is neither a mapping nor a read.
    pub fn is_map(&self) -> bool {
        self.calls != Calls::Auto && !self.is_read()
    }

    /// Returns whether the bytes are read into a buffer.
    pub fn is_read(&self) -> bool {
        use Family::{Direct, Nowait, Pread, Read, Uring, UringDirect, UringFixed};
        matches!(self.calls, Calls::Fixed(Read | Pread | Nowait | Direct | Uring | UringFixed | UringDirect))
    }

    /// Returns whether the page cache is bypassed, so that a pass fetches everything from the
    /// device.
    pub fn is_direct(&self) -> bool {
        matches!(self.calls, Calls::Fixed(Family::Direct | Family::UringDirect))
    }

    /// Returns the name for JSON and CSV, which `--ways` accepts.
    pub fn word(&self) -> String {
        match self.calls {
            Calls::Auto => "auto".into(),
            Calls::Fixed(family) => family.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default(),
        }
    }

    /// Returns the human-readable label: `windows 4 MiB ×2`, `io_uring 4 KiB, depth 32`.
    pub fn label(&self, pattern: AccessPattern) -> String {
        let Calls::Fixed(family) = self.calls else { return "--io auto".into() };
        let name = name(family, pattern);
        let block = self.block.map(|block| format!(" {}", size(block))).unwrap_or_default();
        let threads = if self.threads > 1 { format!(" ×{}", self.threads) } else { String::new() };
        let depth = match family {
            Family::Uring | Family::UringFixed | Family::UringDirect => format!(", depth {}", self.depth),
            Family::MapPrefetch => format!(", {} ahead", self.depth),
            Family::WindowsPrefetch if pattern != AccessPattern::Sequential => format!(", {} ahead", self.depth),
            _ => String::new(),
        };
        format!("{name}{block}{threads}{depth}")
    }
}

fn name(family: Family, pattern: AccessPattern) -> &'static str {
    let is_sequential = pattern == AccessPattern::Sequential;
    match family {
        Family::Read if is_sequential => "read",
        Family::Read => "lseek + read",
        Family::Pread => "pread",
        Family::Nowait => "preadv2 + NOWAIT",
        Family::Direct => "pread + DIRECT",
        Family::Uring => "io_uring",
        Family::UringFixed => "io_uring, fixed",
        Family::UringDirect => "io_uring + DIRECT",
        Family::Map => "map",
        Family::MapAdvised if is_sequential => "map + SEQUENTIAL",
        Family::MapAdvised => "map + RANDOM",
        Family::MapWillneed => "map + WILLNEED",
        Family::MapPopulate => "map + POPULATE",
        Family::MapPopulateRead => "map + POPULATE_READ",
        Family::MapPrefetch => "map + prefetch",
        Family::MapHugepage => "map + HUGEPAGE",
        Family::MapCollapse => "map + COLLAPSE",
        Family::MapPrivate => "map, private",
        Family::Windows => "windows",
        Family::WindowsPrefetch if is_sequential => "windows + HUGEPAGE",
        Family::WindowsPrefetch => "windows + prefetch",
    }
}

/// Returns a human-readable size: `64 KiB`, `1.5 GiB`, `1000 B`.
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

/// The choice of methods to measure.
#[derive(Clone, Debug, Default)]
pub struct MethodChoice {
    /// The number of threads of the parallel methods.
    pub threads: usize,
    /// The block sizes; empty for the usual ones.
    pub blocks: Vec<u64>,
    /// The numbers of requests in flight; empty for the usual one.
    pub depths: Vec<usize>,
    /// The families; empty for all.
    pub families: Vec<Family>,
    /// Whether `--io auto` is measured too.
    pub auto: bool,
}

impl MethodChoice {
    /// Returns the methods to compare.
    pub fn methods(&self, pattern: AccessPattern) -> Vec<Method> {
        let families = Family::value_variants().iter().copied();
        let chosen = families.filter(|family| self.families.is_empty() || self.families.contains(family));
        let fixed = chosen.flat_map(|family| self.variants(family, pattern));
        fixed.chain(self.auto.then(|| Method::auto(self.threads))).collect()
    }

    /// Returns whether to measure `method` in `state`. A method that bypasses the cache gains nothing
    /// from a warm one, so it is measured there only if it is requested explicitly.
    pub fn fits(&self, method: &Method, state: CacheState) -> bool {
        let Calls::Fixed(family) = method.calls else { return true };
        state == CacheState::Cold || !method.is_direct() || self.families.contains(&family)
    }

    fn variants(&self, family: Family, pattern: AccessPattern) -> Vec<Method> {
        let is_sequential = pattern == AccessPattern::Sequential;
        let usual: &[u64] = match family {
            Family::MapWillneed if !is_sequential => return Vec::new(),
            _ if !is_sequential => &[4 * KIB, 64 * KIB],
            Family::Read => &[64 * KIB, 256 * KIB, MIB],
            Family::Pread | Family::Nowait | Family::Uring | Family::UringFixed => &[256 * KIB],
            Family::Direct | Family::UringDirect => &[MIB],
            Family::Windows | Family::WindowsPrefetch => &[MIB, BLOCK as u64],
            _ => &[],
        };
        let blocks: Vec<Option<u64>> = match () {
            () if usual.is_empty() => vec![None],
            () if self.blocks.is_empty() => usual.iter().copied().map(Some).collect(),
            () => self.blocks.iter().copied().map(Some).collect(),
        };
        let depths = match (is_sequential, &self.depths[..]) {
            (_, [_, ..]) => self.depths.clone(),
            (true, []) => vec![SEQUENTIAL_DEPTH],
            (false, []) => vec![SCATTERED_DEPTH],
        };
        let levels: Vec<(usize, usize)> = match family {
            Family::Pread => vec![(self.threads, 1)],
            Family::WindowsPrefetch if is_sequential => vec![(1, 1)],
            Family::Direct => depths.into_iter().map(|depth| (depth, 1)).collect(),
            Family::Uring
            | Family::UringFixed
            | Family::UringDirect
            | Family::MapPrefetch
            | Family::WindowsPrefetch => depths.into_iter().map(|depth| (1, depth)).collect(),
            Family::Map | Family::MapPopulateRead | Family::Windows if self.threads > 1 => {
                vec![(1, 1), (self.threads, 1)]
            }
            _ => vec![(1, 1)],
        };
        let one =
            |(threads, depth): &(usize, usize), block| Method { depth: *depth, ..Method::of(family, block, *threads) };
        levels.iter().flat_map(|level| blocks.iter().map(|&block| one(level, block))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_listed_once() {
        for pattern in [AccessPattern::Sequential, AccessPattern::Random, AccessPattern::Stride] {
            for threads in [1, 2] {
                let methods = MethodChoice { threads, auto: true, ..MethodChoice::default() }.methods(pattern);
                let mut labels: Vec<String> = methods.iter().map(|method| method.label(pattern)).collect();
                labels.sort();
                labels.dedup();
                assert_eq!(labels.len(), methods.len());
                for family in Family::value_variants() {
                    let there = methods.iter().any(|method| method.calls == Calls::Fixed(*family));
                    assert!(
                        there || pattern != AccessPattern::Sequential && *family == Family::MapWillneed,
                        "{family:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn only_the_requested_methods_are_measured() {
        let chosen =
            MethodChoice { threads: 3, blocks: vec![512], families: vec![Family::Windows], ..MethodChoice::default() };
        let methods = chosen.methods(AccessPattern::Sequential);
        let labels: Vec<String> = methods.iter().map(|method| method.label(AccessPattern::Sequential)).collect();
        assert_eq!(labels, ["windows 512 B", "windows 512 B ×3"]);
        let deep = MethodChoice {
            threads: 2,
            depths: vec![1, 8],
            families: vec![Family::Direct, Family::UringDirect, Family::MapPrefetch],
            ..MethodChoice::default()
        };
        let labels: Vec<String> = deep
            .methods(AccessPattern::Sequential)
            .iter()
            .map(|method| method.label(AccessPattern::Sequential))
            .collect();
        assert_eq!(
            labels,
            [
                "pread + DIRECT 1 MiB",
                "pread + DIRECT 1 MiB ×8",
                "io_uring + DIRECT 1 MiB, depth 1",
                "io_uring + DIRECT 1 MiB, depth 8",
                "map + prefetch, 1 ahead",
                "map + prefetch, 8 ahead"
            ]
        );
    }

    #[test]
    fn direct_reads_of_a_warm_file_are_measured_when_named() {
        let direct = Method::of(Family::Direct, Some(4096), 32);
        let named = MethodChoice { families: vec![Family::Direct], ..MethodChoice::default() };
        assert!(MethodChoice::default().fits(&direct, CacheState::Cold) && named.fits(&direct, CacheState::Warm));
        assert!(!MethodChoice::default().fits(&direct, CacheState::Warm));
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
