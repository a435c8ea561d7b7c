//! Tests with truncated files whose lost bytes are in no block that was scanned.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::io::{IoMode, Range, Source};
use crate::output::Output;

use super::{Block, Engine, Flow, Input, InputKind, Kernel, Pipeline, Plan, Session, SplitAt};

const BLOCK: usize = 64 * 1024;

/// Returns a plan for blocks of 64 KiB.
fn plan(policy: IoMode, split_at: SplitAt) -> Plan {
    engine(policy).plan(split_at, BLOCK)
}

fn engine(policy: IoMode) -> Engine {
    Engine { policy, threads: 1, block: Some(BLOCK), max_block: usize::MAX, range: Range::default() }
}

/// Runs a kernel over one input. Returns what it printed, and whether the input failed.
fn run<K: Kernel<Carry = ()>>(kernel: &K, input: Input<'_>, plan: Plan) -> (Vec<u8>, bool) {
    let sink = tempfile::NamedTempFile::new().unwrap();
    let mut output = Output::to(sink.reopen().unwrap()).unwrap();
    output.set_quiet(true);
    let pipeline = Pipeline { kernel, plan, session: &Session::default() };
    let outcome = engine(plan.policy).run(std::iter::once(input), pipeline, (), &mut output);
    output.flush().unwrap();
    (std::fs::read(sink.path()).unwrap(), outcome.failed)
}

fn truncate(path: &Path, len: u64) {
    File::options().write(true).open(path).unwrap().set_len(len).unwrap();
}

/// A kernel that truncates a file before it scans the first block, and prints the bytes and the
/// lengths of holes.
struct TruncateAndPrint<'a> {
    path: &'a Path,
    len: u64,
}

impl Kernel for TruncateAndPrint<'_> {
    type Part = ();
    type Carry = ();

    fn scan(&self, block: &Block) {
        if block.is_first() {
            truncate(self.path, self.len);
        }
    }

    fn carry(&self, _: &Block, (): &mut (), (): &mut ()) -> Flow {
        Flow::Continue
    }

    fn format(&self, block: &Block, (): &mut (), text: &mut Vec<u8>) {
        match block.hole() {
            Some(len) => write!(text, "{len} ").unwrap(),
            None => text.extend_from_slice(block.bytes()),
        }
    }
}

// Regression: a hole has no pages and raises no signal, and `lseek` past the end of a truncated file
// reports a hole. Holes were not verified, so a truncated sparse file was processed as if it were complete.
#[test]
fn a_lost_hole_is_a_truncation() {
    if crate::skipped::lacks_fault_addresses() {
        return crate::skipped::skip("the addresses of faults");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    let file = File::create(&path).unwrap();
    for len in [0, 4096, 300_000, 600_000] {
        for policy in [IoMode::Mmap, IoMode::Read] {
            file.write_all_at(&[b'x'; 4096], 0).unwrap();
            file.set_len(1 << 20).unwrap();
            let kernel = TruncateAndPrint { path: &path, len };
            let plan = Plan { emit_holes: true, ..plan(policy, SplitAt::Exact) };
            let (text, failed) = run(&kernel, Input::Named(path.clone().into()), plan);
            assert!(failed, "truncated to {len}, {policy:?}: {} bytes and no message", text.len());
        }
    }
}

// Regression: in joined inputs, the few bytes after the last whole row come from a separate read,
// whose failure was mistaken for the end of the input.
#[test]
fn a_lost_row_is_a_truncation() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    let len = 3 * BLOCK as u64 + 5;
    for policy in [IoMode::Mmap, IoMode::Read] {
        std::fs::write(&path, vec![b'r'; len as usize]).unwrap();
        let kernel = TruncateAndPrint { path: &path, len: len - 2 };
        let (text, failed) = run(&kernel, Input::Named(path.clone().into()), plan(policy, SplitAt::Rows(16)));
        assert!(failed, "{policy:?}: {} bytes and no message", text.len());
        assert!((text.len() as u64) < len);
    }
}

/// A kernel that prints whether an input is binary according to its first bytes.
struct Classify;

impl Kernel for Classify {
    type Part = ();
    type Carry = ();
    const HEAD: usize = 100;

    fn classify(&self, head: &[u8]) -> InputKind {
        if head.contains(&0) { InputKind::Binary } else { InputKind::Text }
    }

    fn scan(&self, _: &Block) {}

    fn carry(&self, _: &Block, (): &mut (), (): &mut ()) -> Flow {
        Flow::Continue
    }

    fn format(&self, block: &Block, (): &mut (), text: &mut Vec<u8>) {
        text.push(b'0' + u8::from(block.kind() == InputKind::Binary));
    }
}

// Regression: a block that turned out to be shorter when it was read was no longer its input's
// last block and was never classified, so that lines of a truncated binary file were printed.
#[test]
fn a_truncated_input_is_still_classified() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    for (policy, len) in [(IoMode::Read, 0), (IoMode::Read, 5), (IoMode::Mmap, 5), (IoMode::Mmap, 4097)] {
        std::fs::write(&path, b"\0\n1\n2\n".repeat(1000)).unwrap();
        let source = Source::open(path.as_os_str(), policy, Range::default()).unwrap();
        truncate(&path, len);
        let plan = plan(policy, SplitAt::Lines { terminator: b'\n', or_nul: true });
        let (verdict, failed) = run(&Classify, Input::Open(source), plan);
        assert!(failed);
        assert_eq!(verdict, if len > 0 { b"1" } else { b"0" }, "{policy:?}, truncated to {len}");
    }
}
