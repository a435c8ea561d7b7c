//! Counts the zero bytes of a file through windows that survive its truncation: `cargo run
//! --example window -- FILE`.

use std::fs::File;
use std::io;

use mapped::{FileWindow, SigbusHandler};

fn main() -> io::Result<()> {
    const WINDOW: u64 = 16 << 20;
    let path = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: window FILE"))?;
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let handler = SigbusHandler::install();
    let mut copy = vec![0; 64 << 10];
    let (mut zeros, mut offset) = (0, 0);
    while offset < size {
        let window = FileWindow::map(handler, &file, offset, WINDOW.min(size - offset) as usize)?;
        let mut at = 0;
        while at < window.len() {
            match window.read_at(&mut copy, at)? {
                0 => return Err(io::Error::other(format!("truncated to {} bytes", offset + at as u64))),
                read => {
                    zeros += copy[..read].iter().filter(|&&byte| byte == 0).count();
                    at += read;
                }
            }
        }
        offset += window.len() as u64;
    }
    println!("{zeros}");
    Ok(())
}
