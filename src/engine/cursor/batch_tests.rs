//! Which inputs make a batch, and which are cut.

use std::path::{Path, PathBuf};

use super::*;
use crate::engine::{BLOCK, COUNTED, Engine, Input};
use crate::io::{IoMode, Range};

/// The lengths of the spans in each batch.
fn batches(paths: &[PathBuf], block: usize) -> Vec<Vec<u64>> {
    let engine = Engine { policy: IoMode::Auto, threads: 2, block: None, most: usize::MAX, range: Range::default() };
    let inputs = paths.iter().cloned().map(|path| Input::Named(path.into()));
    let plan = engine.plan(Cut::Lines { terminator: b'\n', or_nul: false }, block);
    let stats = Stats::default();
    let mut cursor = Cursor::new(Box::new(inputs), plan, 0, Box::new(|_| 0), &stats, 2);
    let mut lengths = Vec::new();
    loop {
        if let Some(mut unopened) = cursor.take_unopened() {
            unopened.open(&Stop::new(), &stats);
            cursor.give_opened(unopened);
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

/// Each was cut, and its parts went to whichever thread came: `grep -r` on files of 300 kB took 2.2 times as long.
#[test]
fn one_of_several_small_files_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let paths = files(directory.path(), 3, 900 << 10);
    for block in [BLOCK, COUNTED] {
        assert_eq!(batches(&paths, block), [[900 << 10]; 3]);
        let only = batches(&paths[..1], block);
        assert!(only.len() > 1 && only.iter().all(|batch| batch.len() == 1), "{only:?}");
        assert_eq!(only.iter().flatten().sum::<u64>(), 900 << 10);
    }
}

/// A batch went on to a megabyte of them, in memory that was new each time.
#[test]
fn a_batch_fits_into_a_cache() {
    let directory = tempfile::tempdir().unwrap();
    // There may be fewer, as nobody goes on opening files for long.
    for (count, length, most) in [(8, 96 << 10, 3), (MANY + 1, 1 << 10, MANY)] {
        let batches = batches(&files(directory.path(), count, length), BLOCK);
        assert!(batches.iter().all(|batch| batch.len() <= most), "{batches:?}");
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), count);
    }
}

/// What a small file is cut into, as it is read; whether each span was read here.
fn spans(text: &[u8], cut: Cut) -> Vec<(u64, bool)> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, text).unwrap();
    let engine = Engine { policy: IoMode::Auto, threads: 2, block: None, most: usize::MAX, range: Range::default() };
    let source = Source::open(path.as_os_str(), IoMode::Auto, Range::default()).unwrap();
    let input = Box::new(std::iter::once(Input::Judged(source, 1)));
    let stats = Stats::default();
    let mut cursor = Cursor::new(input, engine.plan(cut, COUNTED), 0, Box::new(|_| 1), &stats, 2);
    let (mut at, mut spans) = (0, Vec::new());
    while let Next::Batch(batch) = cursor.next(&mut Vec::new(), &Stop::new()) {
        for item in batch.items {
            let Item::Span(Span { at: place, content, last, .. }) = item else { panic!("{item:?}") };
            assert_eq!((place.start, last), (at, place.end == text.len() as u64));
            if let Content::Read(bytes) = &content {
                assert!(**bytes == text[place.start as usize..place.end as usize], "{place:?}");
            }
            at = place.end;
            spans.push((place.end - place.start, matches!(content, Content::Read(_))));
        }
    }
    assert_eq!(at, text.len() as u64);
    spans
}

#[test]
fn a_small_file_is_read_where_it_is_cut() {
    let half = 512 << 10;
    let lines = Cut::Lines { terminator: b'\n', or_nul: false };
    let text = |line: &str, length: usize| line.as_bytes().repeat(length / line.len() + 1)[..length].to_vec();
    let even = text("a line of sixteen bytes, twice\n\n", 1 << 20);
    assert_eq!(spans(&even, lines), [(half, true), (half, true)]);
    let odd = text("1234567890\n", 1 << 20);
    let first = half / 11 * 11;
    assert_eq!(spans(&odd, lines), [(first, true), ((1 << 20) - first, true)], "no block for what is left over");
    let mut long = text("1234567890\n", 1 << 20);
    long[1000..600_000].fill(b'x');
    assert_eq!(spans(&long, lines)[0], (990, true), "up to the last line's end");
    assert!(spans(&long, lines).iter().any(|&(length, read)| length > half && !read), "a long line is looked for");
    assert!(spans(&vec![b'x'; 1 << 20], lines).iter().all(|&(_, read)| !read), "where no line ends, too");
    long[300_000] = 0;
    assert_eq!(spans(&long, Cut::Lines { terminator: b'\n', or_nul: true })[0], (300_001, true), "or at a NUL byte");
    assert!(spans(&even, Cut::Exact).iter().all(|&(_, read)| !read), "cut anywhere, it is read by who takes it");
}
