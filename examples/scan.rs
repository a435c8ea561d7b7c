//! Prints the longest line of a file and its length, on every processor:
//! `cargo run --example scan -- FILE`.

use std::io::{self, Write};

use mapped::{Scan, SigbusHandler};

fn main() -> io::Result<()> {
    let path = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: scan FILE"))?;
    let longest = Scan::new().mapped(SigbusHandler::install()).fold(
        path,
        Vec::new(),
        // Keeps the first of the longest lines, in each block and then overall.
        |block| block.split(|&byte| byte == b'\n').rev().max_by_key(|line| line.len()).unwrap_or(b"").to_vec(),
        |longest: Vec<u8>, line| if line.len() > longest.len() { line } else { longest },
    )?;
    let mut output = io::stdout().lock();
    write!(output, "{} ", longest.len())?;
    output.write_all(&longest)?;
    writeln!(output)
}
