//! `cat` of lines, bytes, shards and byte ranges of a file, compared with slices.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use mapped_fuzz::{Memory, run};

/// A bound of a range: counted from the start, counted from the end, or absent.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Mark {
    None,
    Start(u8),
    End(u8),
}

#[derive(Arbitrary, Debug)]
enum Wanted {
    /// Lines or bytes.
    Ranges {
        lines: bool,
        ranges: Vec<(Mark, Mark, Option<u8>)>,
    },
    Shard {
        index: u8,
        count: u8,
    },
    Stretch {
        offset: i8,
        length: Option<u8>,
    },
}

impl Mark {
    fn text(self) -> String {
        match self {
            Mark::None => String::new(),
            Mark::Start(n) => n.to_string(),
            Mark::End(n) => format!("-{n}"),
        }
    }

    /// Returns the number, from 1, of the line or byte at this bound of `total`, or `none` without a bound.
    fn unit(self, total: i64, none: i64) -> i64 {
        match self {
            Mark::None => none,
            Mark::Start(n) => i64::from(n),
            Mark::End(n) => total + 1 - i64::from(n),
        }
    }
}

fn pick(bytes: &[u8], lines: bool, ranges: &[(Mark, Mark, Option<u8>)]) -> Vec<u8> {
    let units: Vec<&[u8]> =
        if lines { bytes.split_inclusive(|&b| b == b'\n').collect() } else { bytes.chunks(1).collect() };
    let total = units.len() as i64;
    let wanted = |unit: i64| {
        ranges.iter().any(|&(start, stop, count)| {
            let first = start.unit(total, 1).max(1);
            let last = match count {
                Some(count) => first + i64::from(count) - 1,
                None => stop.unit(total, total),
            };
            (first..=last).contains(&unit)
        })
    };
    units.iter().zip(1..).filter(|&(_, unit)| wanted(unit)).flat_map(|(unit, _)| unit.to_vec()).collect()
}

/// Returns the lines whose first byte is in a shard.
fn part(bytes: &[u8], index: u64, count: u64) -> Vec<u8> {
    let len = bytes.len() as u64;
    let part = len * (index - 1) / count..len * index / count;
    let mut at = 0;
    let mut text = Vec::new();
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if part.contains(&at) {
            text.extend(line);
        }
        at += line.len() as u64;
    }
    text
}

fuzz_target!(|input: (u8, Wanted, Vec<u8>)| {
    let (block, wanted, bytes) = input;
    let (args, want) = match &wanted {
        Wanted::Ranges { lines, ranges } => {
            let option = if *lines { "--lines" } else { "--bytes" };
            let texts = ranges.iter().map(|&(start, stop, count)| match count {
                Some(count) => format!("{option}={}:+{count}", start.text()),
                None => format!("{option}={}:{}", start.text(), stop.text()),
            });
            (texts.collect(), if ranges.is_empty() { bytes.clone() } else { pick(&bytes, *lines, ranges) })
        }
        &Wanted::Shard { index, count } if index >= 1 && index <= count => {
            (vec![format!("--shard={index}/{count}")], part(&bytes, index.into(), count.into()))
        }
        Wanted::Shard { .. } => return,
        &Wanted::Stretch { offset, length } => {
            let start = if offset < 0 { (bytes.len() as i64 + i64::from(offset)).max(0) } else { offset.into() };
            let start = (start as usize).min(bytes.len());
            let end = length.map_or(bytes.len(), |length| (start + usize::from(length)).min(bytes.len()));
            let mut args = vec![format!("--offset={offset}")];
            args.extend(length.map(|length| format!("--length={length}")));
            (args, bytes[start..end].to_vec())
        }
    };
    let memory = Memory::new(&bytes);
    let path = memory.path();
    let path = path.to_str().unwrap();
    let block = (1 + block as usize % 67).to_string();
    for way in [&["--threads=1", "--io=read"][..], &["--threads=2", "--io=mmap", "--block-size", &block]] {
        let mut all = vec!["cat"];
        all.extend(args.iter().map(String::as_str));
        all.extend(way);
        all.push(path);
        // An invalid range, such as 0: or 5:4, is rejected before anything is printed.
        let Some((printed, _)) = run(&all) else { return };
        assert_eq!(String::from_utf8_lossy(&printed), String::from_utf8_lossy(&want), "{wanted:?} {way:?}");
    }
});
