//! Prints the entries of a log from one time to another:
//! `cargo run --example period -- LOG '2026-11-21 09:00' '2026-11-21 09:10'`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use mapped::LogPeriod;

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, since, until] = args.as_slice() else {
        return Err(io::Error::other("usage: period LOG SINCE UNTIL"));
    };
    let mut log = File::open(path)?;
    for span in LogPeriod::new().typed(Some(since), Some(until))?.find(&log)? {
        log.seek(SeekFrom::Start(span.start))?;
        io::copy(&mut (&log).take(span.end - span.start), &mut io::stdout().lock())?;
    }
    Ok(())
}
