//! Workers that scan on while others are still at what stands before.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::io::{IoMode, Range};
use crate::output::Output;

use super::{Block, Cut, Engine, Flow, Input, Kernel, Outcome, Stats};

const BLOCK: usize = 1 << 20;
/// So many that there is work for a second thread from the first block on.
const BLOCKS: usize = 40;

/// Prints what it gets. The first block is not scanned before `act` has been called in the scan of the third: by then, one of two
/// workers has scanned the second, and its turn has not come.
struct Slow<'a> {
    act: &'a (dyn Fn() + Sync),
    has_acted: (Mutex<bool>, Condvar),
}

impl Kernel for Slow<'_> {
    /// Whether the third block came while the first was being scanned.
    type Part = bool;
    type Carry = bool;

    fn scan(&self, block: &Block) -> bool {
        let (has_acted, told) = &self.has_acted;
        match block.offset() as usize / BLOCK {
            0 => {
                let has_acted = has_acted.lock().unwrap();
                let long = Duration::from_secs(20);
                *told.wait_timeout_while(has_acted, long, |has_acted| !*has_acted).unwrap().0
            }
            2 => {
                let acted = catch_unwind(AssertUnwindSafe(self.act));
                *has_acted.lock().unwrap() = true;
                told.notify_all();
                acted.unwrap_or_else(|panic| resume_unwind(panic));
                true
            }
            _ => true,
        }
    }

    fn carry(&self, _: &Block, part: &mut bool, carry: &mut bool) -> Flow {
        *carry &= *part;
        Flow::Continue
    }

    fn format(&self, block: &Block, _: &mut bool, text: &mut Vec<u8>) {
        text.extend_from_slice(block.bytes());
    }
}

/// What two workers print of a file whose numbered pages are `truth`; `act` may do something to the file.
fn run(truth: &[u8], act: &(dyn Fn(&File) + Sync)) -> (Vec<u8>, Outcome<bool>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    let file = File::options().write(true).create_new(true).open(&path).unwrap();
    file.write_all_at(truth, 0).unwrap();
    let engine =
        Engine { policy: IoMode::Mmap, threads: 2, block: Some(BLOCK), most: usize::MAX, range: Range::default() };
    let sink = tempfile::tempfile().unwrap();
    let mut output = Output::to(sink.try_clone().unwrap()).unwrap();
    output.set_quiet(true);
    let act = || act(&file);
    let kernel = Slow { act: &act, has_acted: (Mutex::new(false), Condvar::new()) };
    let inputs = [Input::Named(path.into())].into_iter();
    let outcome = engine.run(inputs, engine.plan(Cut::Exact, BLOCK), &kernel, true, &mut output, &Stats::default());
    output.flush().unwrap();
    let mut text = vec![0; sink.metadata().unwrap().len() as usize];
    sink.read_exact_at(&mut text, 0).unwrap();
    (text, outcome)
}

fn numbered_pages() -> Vec<u8> {
    (0..(BLOCKS * BLOCK / 4096) as u32).flat_map(|page| [page; 1024]).flat_map(u32::to_le_bytes).collect()
}

#[test]
fn a_worker_scans_on_until_its_turn_comes() {
    let truth = numbered_pages();
    let (text, outcome) = run(&truth, &|_| {});
    assert!(text == truth);
    assert!(outcome.carry, "the third block was kept waiting by the first");
    assert!(!outcome.failed);
}

#[test]
fn a_block_that_waits_for_its_turn_may_be_cut() {
    let truth = numbered_pages();
    let size = BLOCK + BLOCK / 2 + 100;
    let (text, outcome) = run(&truth, &|file| file.set_len(size as u64).unwrap());
    assert_eq!(text.len(), size);
    assert!(truth.starts_with(&text));
    assert!(outcome.failed);
}

/// The worker that unwinds has a block's turns to pass on beside those of the one that it was at, and those come later.
#[test]
fn a_panic_passes_the_turns_of_both_blocks_on() {
    let truth = numbered_pages();
    let (told, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(|| run(&truth, &|_| panic!("as a kernel with a bug would"))));
        told.send(result.is_err()).unwrap();
    });
    assert_eq!(ended.recv_timeout(Duration::from_secs(60)), Ok(true));
}
