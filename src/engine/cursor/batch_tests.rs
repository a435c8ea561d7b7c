//! Tests which inputs form a batch, and which are split.

use std::path::{Path, PathBuf};

use super::*;
use crate::engine::plan::{COUNTING_BLOCK, MAX_BATCH};
use crate::engine::{BLOCK, Engine, Input, SplitAt};
use crate::io::{IoMode, Range};

/// Returns the lengths of the spans in each batch.
fn batches(paths: &[PathBuf], block: usize) -> Vec<Vec<u64>> {
    let engine =
        Engine { policy: IoMode::Auto, threads: 2, block: None, max_block: usize::MAX, range: Range::default() };
    let inputs = paths.iter().cloned().map(|path| Input::Named(path.into()));
    let plan = engine.plan(SplitAt::Lines { terminator: b'\n', or_nul: false }, block);
    let session = Session::default();
    let mut cursor = Cursor::new(
        Box::new(inputs),
        ReadSettings { plan, head: 0, classify: Box::new(|_| InputKind::Text), session: &session },
        2,
    );
    let mut lengths = Vec::new();
    loop {
        if let Some(mut unopened) = cursor.take_unopened() {
            unopened.fill();
            cursor.put_back_list(&mut unopened);
            unopened.open(&Stop::new(), &session);
            cursor.put_back_opened(unopened);
        }
        match cursor.next(&mut Vec::new(), &Stop::new()) {
            Next::Batch(batch) => lengths.push(batch.items.iter().map(length).collect()),
            Next::Awaited => {}
            Next::Nothing => return lengths,
        }
    }
}

fn length(item: &Item) -> u64 {
    match item {
        Item::Span(span) => span.at.end - span.at.start,
        Item::Failed { error, .. } => panic!("{error}"),
    }
}

fn files(directory: &Path, count: usize, length: usize) -> Vec<PathBuf> {
    let paths: Vec<_> = (0..count).map(|number| directory.join(format!("{length}-{number}"))).collect();
    paths.iter().for_each(|path| std::fs::write(path, b"12345678901234\n\n".repeat(length / 16)).unwrap());
    paths
}

/// Regression: each file was split and its parts were spread over the threads, so that `grep -r` on
/// 300 kB files took 2.2 times as long.
#[test]
fn one_of_several_small_files_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let paths = files(directory.path(), 3, 900 << 10);
    for block in [BLOCK, COUNTING_BLOCK] {
        assert_eq!(batches(&paths, block), [[900 << 10]; 3]);
        let only = batches(&paths[..1], block);
        assert!(only.len() > 1 && only.iter().all(|batch| batch.len() == 1), "{only:?}");
        assert_eq!(only.iter().flatten().sum::<u64>(), 900 << 10);
    }
}

/// Regression: a batch grew to a megabyte, in newly allocated memory each time.
#[test]
fn a_batch_fits_into_a_cache() {
    let directory = tempfile::tempdir().unwrap();
    // There may be fewer, because files are opened ahead only for a limited time.
    for (count, length, max) in [(8, 96 << 10, 3), (MAX_BATCH + 1, 1 << 10, MAX_BATCH)] {
        let batches = batches(&files(directory.path(), count, length), BLOCK);
        assert!(batches.iter().all(|batch| batch.len() <= max), "{batches:?}");
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), count);
    }
}
