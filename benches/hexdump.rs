//! Measures the canonical row kernels, each on a cache-sized block, in GB/s of input.

use std::hint::black_box;
use std::time::{Duration, Instant};

use mapped::commands::hexdump::canonical::rows_portable;
use mapped::commands::hexdump::simd::{CanonicalRows, canonical_kernels};

const BLOCK: usize = 256 << 10;

fn main() {
    let mut kernels: Vec<(&str, CanonicalRows)> = vec![("portable", rows_portable)];
    kernels.extend(canonical_kernels());
    let block: Vec<u8> = (0..BLOCK as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, rows) in kernels {
        println!("canonical rows, {name:<10} {:6.2} GB/s", throughput(|out| rows(black_box(&block), 0, out)));
    }
}

/// Returns input bytes per nanosecond, the best of several rounds.
fn throughput(run: impl Fn(&mut Vec<u8>)) -> f64 {
    let mut out = Vec::with_capacity(6 * BLOCK);
    let mut best = Duration::MAX;
    for _ in 0..200 {
        out.clear();
        let start = Instant::now();
        run(&mut out);
        best = best.min(start.elapsed());
        black_box(&out);
    }
    BLOCK as f64 / best.as_nanos() as f64
}
