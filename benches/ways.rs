//! Checks the results of `mapped bench`: `cargo bench --bench ways [-- FILE]`.
//!
//! The same access methods are measured with independent loops, which use only the standard library
//! and memmap2, and with fio if it is installed. The results are printed as a Markdown table next
//! to those of `mapped bench`. Every method copies the file through a 128 KiB buffer on one thread.
//! Without a FILE, one of `MAPPED_BENCH_SIZE` MiB is created (default 2048).
#![allow(unsafe_code, reason = "a mapping of a file that others could truncate")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const BUFFER: usize = 128 << 10;
const ROUNDS: usize = 7;

/// The duration of one pass over a file, and of the unmapping in it.
struct Pass {
    all: Duration,
    unmapping: Duration,
}

fn read(path: &Path, buffer: &mut [u8]) -> Pass {
    let begun = Instant::now();
    let mut file = File::open(path).expect("readable");
    while file.read(buffer).expect("readable") > 0 {
        std::hint::black_box(&*buffer);
    }
    drop(file);
    Pass { all: begun.elapsed(), unmapping: Duration::ZERO }
}

fn map(path: &Path, buffer: &mut [u8]) -> Pass {
    let begun = Instant::now();
    let file = File::open(path).expect("readable");
    // SAFETY: only this process knows the file created here, and a user who names a file must not
    // change it in the meantime.
    let map = unsafe { memmap2::Mmap::map(&file) }.expect("mappable");
    for chunk in map.chunks(BUFFER) {
        buffer[..chunk.len()].copy_from_slice(chunk);
        std::hint::black_box(&*buffer);
    }
    let copied = begun.elapsed();
    drop((map, file));
    let all = begun.elapsed();
    Pass { all, unmapping: all - copied }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Returns the result of `mapped bench` for an access method, in GB/s.
fn said(path: &Path) -> impl Fn(&str) -> f64 {
    let ran = Command::new(env!("CARGO_BIN_EXE_mapped"))
        .args(
            "bench --warm --work copy --ways read,map --threads 1 --block-size 128K --json --seed 1 --runs".split(' '),
        )
        .arg(ROUNDS.to_string())
        .arg(path)
        .output()
        .expect("it runs");
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    move |way| {
        let rows = report["rows"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["way"] == way).expect("the way");
        row["gb_per_second"]["estimate"].as_f64().expect("a number")
    }
}

/// Returns the result of fio for one of its engines in GB/s, or `None` without fio.
fn fio(path: &Path, engine: &str) -> Option<f64> {
    let one = || {
        let ran = Command::new("fio")
            .args(["--name=x", "--rw=read", "--bs=128k", "--invalidate=0", "--readonly", "--output-format=json"])
            .arg(format!("--ioengine={engine}"))
            .arg(format!("--filename={}", path.display()))
            .output()
            .ok()?;
        let report: serde_json::Value = serde_json::from_slice(&ran.stdout).ok()?;
        Some(report["jobs"][0]["read"]["bw_bytes"].as_f64()? / 1e9)
    };
    (0..ROUNDS).map(|_| one()).collect::<Option<Vec<f64>>>().map(median)
}

fn make(path: &Path) {
    let size: usize = std::env::var("MAPPED_BENCH_SIZE").ok().and_then(|size| size.parse().ok()).unwrap_or(2048);
    let mut file = File::create(path).expect("writable");
    let piece: Vec<u8> = (0..1u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for _ in 0..size {
        file.write_all(&piece).expect("room for it");
    }
    file.sync_all().expect("room for it");
}

fn main() {
    let named = std::env::args_os().skip(1).find(|argument| argument != "--bench").map(PathBuf::from);
    let made = tempfile::tempdir().expect("a temporary directory");
    let path = named.unwrap_or_else(|| {
        let path = made.path().join("data");
        make(&path);
        path
    });
    let length = std::fs::metadata(&path).expect("readable").len() as f64;
    // The buffer is aligned to a page, as in fio.
    let mut memory = vec![1; BUFFER + 4096];
    let start = memory.as_ptr().addr().wrapping_neg() % 4096;
    let buffer = &mut memory[start..start + BUFFER];
    let (mut reads, mut maps, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    read(&path, buffer);
    for _ in 0..ROUNDS {
        let rate = |time: Duration| length / time.as_secs_f64() / 1e9;
        reads.push(rate(read(&path, buffer).all));
        let pass = map(&path, buffer);
        maps.push(rate(pass.all));
        kept.push(rate(pass.all - pass.unmapping));
    }
    let bench = said(&path);
    let show = |rate: Option<f64>| rate.map_or_else(|| "not installed".into(), |rate| format!("{rate:.2}"));
    println!(
        "| GB/s, one thread, copied through 128 KiB | loops of its own | without unmapping | fio | `mapped bench` | ratio |"
    );
    println!("|---|---|---|---|---|---|");
    for (way, engine, own, kept) in
        [("read", "psync", median(reads), None), ("map", "mmap", median(maps), Some(median(kept)))]
    {
        let bench = bench(way);
        println!(
            "| {way} | {own:.2} | {} | {} | {bench:.2} | {:.2} |",
            kept.map_or_else(|| "as before".into(), |kept| format!("{kept:.2}")),
            show(fio(&path, engine)),
            bench / own,
        );
    }
}
