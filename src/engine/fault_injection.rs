//! Tests with a file that is truncated, extended, replaced or overwritten at a chosen moment of the
//! pipeline.
//!
//! The kernel here makes these changes itself, in the middle of its work, so that every moment
//! between two steps of the engine is certain to occur and no test waits for a race: on entering
//! `scan` (between loading and scanning), halfway through it, on leaving it (between scan and
//! verification), in `carry`, and before, within and after `format`.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::io::{IoMode, Range};
use crate::output::Output;

use super::{Block, Engine, Flow, Input, Kernel, Pipeline, Session, SplitAt};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Loaded,
    Midway,
    Scanned,
    Carry,
    Format,
    Writing,
    Formatted,
}

const MOMENTS: [Moment; 7] = [
    Moment::Loaded,
    Moment::Midway,
    Moment::Scanned,
    Moment::Carry,
    Moment::Format,
    Moment::Writing,
    Moment::Formatted,
];

/// A kernel that numbers lines, and changes the file at one moment of one block.
struct Saboteur<'a> {
    when: Moment,
    /// The offset of a byte in the block at which the change happens.
    at: u64,
    act: &'a (dyn Fn() + Sync),
    done: AtomicU64,
}

impl Saboteur<'_> {
    fn reached(&self, moment: Moment, block: &Block) {
        let here = block.offset()..block.offset() + block.len().max(1);
        if moment == self.when && here.contains(&self.at) && self.done.fetch_add(1, Ordering::Relaxed) == 0 {
            (self.act)();
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

impl Kernel for Saboteur<'_> {
    /// The number of newlines, and the number of the first line.
    type Part = (u64, u64);
    type Carry = u64;

    fn scan(&self, block: &Block) -> (u64, u64) {
        self.reached(Moment::Loaded, block);
        let (front, back) = block.bytes().split_at(block.bytes().len() / 2);
        let count = newlines(front);
        self.reached(Moment::Midway, block);
        let count = count + newlines(back);
        self.reached(Moment::Scanned, block);
        (count, 0)
    }

    fn carry(&self, block: &Block, part: &mut (u64, u64), carry: &mut u64) -> Flow {
        self.reached(Moment::Carry, block);
        part.1 = *carry;
        *carry += part.0;
        Flow::Continue
    }

    fn format(&self, block: &Block, part: &mut (u64, u64), text: &mut Vec<u8>) {
        self.reached(Moment::Format, block);
        let bytes = block.bytes();
        for (i, line) in bytes.split_inclusive(|&b| b == b'\n').enumerate() {
            if i as u64 == part.0 / 2 {
                self.reached(Moment::Writing, block);
            }
            let _ = write!(text, "{}:", part.1 + i as u64);
            text.extend_from_slice(line);
        }
        self.reached(Moment::Formatted, block);
    }
}

/// Returns the kernel's output for the whole lines in the first `len` bytes of `truth`.
fn numbered(truth: &[u8], len: u64) -> Vec<u8> {
    let whole = memchr::memrchr(b'\n', &truth[..len as usize]).map_or(0, |i| i + 1);
    let mut text = Vec::new();
    for (i, line) in truth[..whole].split_inclusive(|&b| b == b'\n').enumerate() {
        let _ = write!(text, "{i}:");
        text.extend_from_slice(line);
    }
    text
}

struct Bench {
    dir: tempfile::TempDir,
    truth: Vec<u8>,
    /// The file, open for writing.
    file: File,
    random: u64,
}

const BLOCK: usize = 64 * 1024;

struct Printed {
    text: Vec<u8>,
    failed: bool,
}

impl Bench {
    fn new(len: usize) -> Bench {
        let mut truth = Vec::new();
        let mut i = 0;
        while truth.len() < len {
            truth.extend(format!("{i:07} {}\n", "x".repeat(i % 91)).bytes());
            i += 1;
        }
        truth.truncate(len - 1);
        truth.push(b'\n');
        let dir = tempfile::tempdir().unwrap();
        let file = File::options().write(true).create_new(true).open(dir.path().join("f")).unwrap();
        file.write_all_at(&truth, 0).unwrap();
        Bench { dir, truth, file, random: 4711 }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound
    }

    /// Restores the bytes that a truncation removed.
    fn restore(&self, from: u64) {
        self.file.set_len(self.truth.len() as u64).unwrap();
        self.file.write_all_at(&self.truth[from as usize..], from).unwrap();
    }

    fn run(&self, policy: IoMode, threads: usize, kernel: &Saboteur<'_>) -> Printed {
        // Blocks of a requested size each have their own window; others share windows.
        let block = (kernel.at >> 12).is_multiple_of(2).then_some(BLOCK);
        let engine = Engine { policy, threads, block, max_block: usize::MAX, range: Range::default() };
        let sink = tempfile::NamedTempFile::new_in(self.dir.path()).unwrap();
        let mut output = Output::to(sink.reopen().unwrap()).unwrap();
        output.set_quiet(true);
        let plan = engine.plan(SplitAt::Lines { terminator: b'\n', or_nul: false }, BLOCK);
        let inputs = [Input::Named(self.dir.path().join("f").into())].into_iter();
        let outcome = engine.run(inputs, Pipeline { kernel, plan, session: &Session::default() }, 0, &mut output);
        outcome.output.unwrap();
        output.flush().unwrap();
        Printed { text: std::fs::read(sink.path()).unwrap(), failed: outcome.failed }
    }

    /// Truncates the file to `size` at a moment of the block that contains byte `at`, and restores
    /// it.
    fn cut(&self, size: u64, when: Moment, at: u64, policy: IoMode, threads: usize) -> Printed {
        let act = || self.file.set_len(size).unwrap();
        let kernel = Saboteur { when, at, act: &act, done: AtomicU64::new(0) };
        let printed = self.run(policy, threads, &kernel);
        self.restore(size);
        printed
    }

    fn check_cut(&self, size: u64, when: Moment, at: u64, policy: IoMode, threads: usize) {
        let printed = self.cut(size, when, at, policy, threads);
        let what = format!("{size} bytes, {when:?} of the block at {at}, {policy:?}, {threads} threads");
        let full = numbered(&self.truth, self.truth.len() as u64);
        assert!(full.starts_with(&printed.text), "{what}: {} bytes are not a prefix", printed.text.len());
        assert!(printed.failed || printed.text == full, "{what}: truncated without a message");
        let min = numbered(&self.truth, size);
        assert!(printed.text.starts_with(&min), "{what}: {} bytes, not {}", printed.text.len(), min.len());
        // A mapped block shows the truncation until its last byte is formatted; a block that was
        // read is a copy.
        if policy == IoMode::Mmap && threads == 1 && at >= size {
            let before = at - at % BLOCK as u64;
            let max = numbered(&self.truth, (before + BLOCK as u64 + 200).min(self.truth.len() as u64));
            assert!(printed.text.len() < max.len(), "{what}");
            assert!(printed.failed, "{what}");
        }
    }
}

/// Truncates at each page of a mebibyte, at `of` of the seven moments for each.
fn cut_pages(of: usize) {
    let mut bench = Bench::new(1 << 20);
    let mut runs = 0;
    for page in 0..256_u64 {
        for when in (0..of).map(|moment| MOMENTS[(page as usize + moment) % MOMENTS.len()]) {
            // The truncated block, one before it, and any other.
            let size = page * 4096;
            let at = [size, size.saturating_sub(BLOCK as u64), bench.below(1 << 20)][runs % 3];
            bench.check_cut(size, when, at, IoMode::Mmap, 1);
            runs += 1;
        }
    }
    eprintln!("{runs} truncations at page boundaries, none fatal");
}

#[test]
fn cut_at_every_page() {
    if crate::skipped::lacks_fault_addresses() {
        return crate::skipped::skip("the addresses of faults");
    }
    cut_pages(1);
}

/// Run with `cargo test --lib -- --ignored --nocapture`.
#[test]
#[ignore = "docs/reliability.md has the figures"]
fn cut_at_every_page_at_every_moment() {
    cut_pages(MOMENTS.len());
}

#[test]
fn cut_at_random_bytes_under_several_threads() {
    if crate::skipped::lacks_fault_addresses() {
        return crate::skipped::skip("the addresses of faults");
    }
    let mut bench = Bench::new(1 << 20);
    let runs = 150;
    for run in 0..runs {
        let size = bench.below(1 << 20);
        let at = bench.below(1 << 20);
        let policy = if run % 4 == 3 { IoMode::Read } else { IoMode::Mmap };
        bench.check_cut(size, MOMENTS[run % MOMENTS.len()], at, policy, 1 + run % 3);
    }
    eprintln!("{runs} truncations at random bytes, none fatal");
}

#[test]
fn growth_is_followed_and_is_not_an_error() {
    for (run, when) in MOMENTS.into_iter().cycle().take(28).enumerate() {
        let mut bench = Bench::new(300_000);
        let more = b"appended\n".repeat(10_000);
        let len = bench.truth.len() as u64;
        let at = bench.below(len);
        let act = || bench.file.write_all_at(&more, len).unwrap();
        let kernel = Saboteur { when, at, act: &act, done: AtomicU64::new(0) };
        let printed = bench.run([IoMode::Mmap, IoMode::Read][run % 2], 1 + run % 3, &kernel);
        assert!(!printed.failed);
        let grown = [&bench.truth[..], &more].concat();
        let (all, old) = (numbered(&grown, grown.len() as u64), numbered(&bench.truth, len));
        assert!(printed.text == all || printed.text == old, "{when:?}: {} bytes", printed.text.len());
    }
}

#[test]
fn replacement_by_rename_changes_nothing() {
    for (run, when) in MOMENTS.into_iter().cycle().take(28).enumerate() {
        let mut bench = Bench::new(300_000);
        let at = bench.below(300_000);
        let path = bench.dir.path().to_owned();
        let act = || {
            std::fs::write(path.join("new"), b"another\n").unwrap();
            std::fs::rename(path.join("new"), path.join("f")).unwrap();
        };
        let kernel = Saboteur { when, at, act: &act, done: AtomicU64::new(0) };
        let printed = bench.run([IoMode::Mmap, IoMode::Read][run % 2], 1 + run % 3, &kernel);
        assert!(!printed.failed);
        assert!(printed.text == numbered(&bench.truth, bench.truth.len() as u64), "{when:?}");
    }
}

#[test]
fn bytes_that_change_between_two_reads_are_harmless() {
    for (run, when) in MOMENTS.into_iter().cycle().take(56).enumerate() {
        let mut bench = Bench::new(300_000);
        let at = bench.below(300_000);
        // There are more newlines than were counted, or none, so the result of `scan` is wrong in
        // `format`.
        let filler = if run % 2 == 0 { b'\n' } else { b'z' };
        let act = || bench.file.write_all_at(&vec![filler; 300_000], 0).unwrap();
        let kernel = Saboteur { when, at, act: &act, done: AtomicU64::new(0) };
        let printed = bench.run(IoMode::Mmap, 1 + run % 3, &kernel);
        assert!(!printed.failed && !printed.text.is_empty());
    }
}

/// Tests with `vm.max_map_count` reached: every further mapping fails with ENOMEM, and no thread
/// can be started because its stack has no room. The only thread reads instead of mapping.
#[test]
#[allow(unsafe_code)]
fn no_further_mapping() {
    const ALONE: &str = "ALONE";
    if usize::BITS == 32 {
        // On 32 bits, a thread's heap in glibc ends at 1 MiB, and a larger allocation needs another mapping.
        return crate::skipped::skip("64-bit addresses");
    }
    if std::env::var_os(ALONE).is_none() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "engine::fault_injection::no_further_mapping", "--nocapture"]).env(ALONE, "1");
        let ended = command.output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"), "{ended:?}");
        return;
    }
    let bench = Bench::new(1 << 20);
    let kernel = Saboteur { when: Moment::Loaded, at: u64::MAX, act: &|| (), done: AtomicU64::new(0) };
    let whole = numbered(&bench.truth, 1 << 20);
    let file = File::open(bench.dir.path().join("f")).unwrap();
    let mut mappings = Vec::with_capacity(1 << 20);
    // Mappings of the same page of a file are not merged with their neighbours, so each counts.
    // SAFETY: nothing reads these bytes.
    while let Ok(map) = unsafe { memmap2::MmapOptions::new().len(4096).map(&file) } {
        mappings.push(map);
        if mappings.len() == mappings.capacity() {
            return crate::skipped::skip("a limit on mappings (vm.max_map_count)");
        }
    }
    for threads in [1, 3] {
        let printed = bench.run(IoMode::Auto, threads, &kernel);
        assert!(!printed.failed && printed.text == whole, "{threads} threads, {} bytes", printed.text.len());
    }
    drop(mappings);
    let printed = bench.run(IoMode::Mmap, 2, &kernel);
    assert!(!printed.failed && printed.text == whole);
}
