//! Ways of giving a file's bytes to the output that never copy them through this program.
//!
//! A mapped window's pages go to a pipe by `vmsplice(2)` and `splice(2)`, a regular file's to another regular file by
//! `copy_file_range(2)`. Pages in a pipe stay the file's own until they are read, so they are only
//! handed over under a [`Lease`], and the last ones, as many as the pipe holds, are written as a copy:
//! when that write returns, every page handed over before it has been read, and the lease can go. When
//! somebody wants to write to the file before that, what lies unread is taken back and copied too.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{self, IoSlice, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::copy_file_range as kernel_copy;
use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, ReadWriteFlags, pwritev2};
use rustix::pipe::{
    IoSliceRaw, PipeFlags, SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size, pipe_with, splice as kernel_splice,
    vmsplice,
};

use crate::io::{FOLIO, Source};
use crate::os::{Advice, Lease, Window};

use super::stdout::Output;

/// Bytes mapped and handed over at a time: as much as the pipe holds, so that all of it is made ready while the reader of the
/// last takes its time. Where the file is cached page by page, half as much costs a tenth, and twice as much as well.
const WINDOW: usize = 1 << 20;
/// Bytes copied from file to file at a time, for so long as somebody who wants to write may wait.
const COPIED: u64 = 128 << 20;
/// How long somebody who wants to write to the file is kept waiting for a reader that has paused, where nothing can be
/// taken back.
const PATIENCE: Duration = Duration::from_millis(100);

/// How far a source was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The offset of the first byte that was not; the rest has to be written.
    pub until: u64,
    /// How many of the bytes before that were copied after all.
    pub copied: u64,
    /// Windows mapped on the way.
    pub windows: u64,
}

/// Hands the mapped pages of `source` to the pipe that `output` is, as far as that is safe.
///
/// Nothing is handed over where no lease is to be had, and no more once somebody wants to write to
/// the file; the rest is the caller's to write.
///
/// # Errors
/// What `vmsplice(2)` says of the pipe: EPIPE when its reader has gone.
pub fn splice(output: &mut Output, source: &Source) -> io::Result<Handed> {
    let (mut at, end) = (source.start(), source.end().unwrap_or(0));
    let mut windows = 0;
    output.flush()?;
    output.enlarge_pipe();
    let nothing = Handed { until: at, copied: 0, windows };
    let Ok(capacity) = fcntl_getpipe_size(output.fd()) else { return Ok(nothing) };
    let limit = end.saturating_sub(capacity as u64);
    if at >= limit {
        return Ok(nothing);
    }
    let Some(lease) = Lease::take(source.fd()) else { return Ok(nothing) };
    // The size may have changed between open and lease; from here on it cannot.
    if source.length_now().is_ok_and(|size| size.is_some_and(|size| size < end)) {
        return Ok(nothing);
    }
    let Ok(shelf) = Shelf::new(capacity) else { return Ok(nothing) };
    while at < limit && lease.intact() {
        // Up to where the file is cut into whole windows: the pages of one fill a pipe and leave none over.
        let length = (WINDOW - (source.base() + at) as usize % WINDOW).min((limit - at) as usize);
        let Ok(window) = Window::map(source.fd(), source.base() + at, length) else { break };
        windows += 1;
        if source.can_be_brought() {
            let _ = window.advise(Advice::HugePage);
        }
        window.touch();
        if source.began_cold() && (source.base() + at).is_multiple_of(FOLIO) {
            source.read_on(at + length as u64, length as u64);
        }
        // A page that could not be had reads as zeros from here on, which are not the file's.
        if window.fault().is_some() {
            break;
        }
        let mut done = 0;
        while done < length {
            // A page that had to be read again may fail now. That is the input's trouble, and whoever reads the rest of it
            // says so.
            let Ok(held) = shelf.put(&window.bytes()[done..]) else { break };
            let sent = shelf.empty_into(output, held, &lease)?;
            done += sent;
            if sent < held {
                break;
            }
        }
        at += done as u64;
        output.count(done as u64);
        if done < length {
            break;
        }
    }
    // The end goes as a copy, unless somebody waits for the file by now, or its disk failed.
    let mut tail = vec![0; if at < limit { 0 } else { (end - limit) as usize }];
    let got = source.read_up_to(&mut tail, limit).0;
    let left = write_under(&lease, output, &tail[..got])?;
    let taken_back = if at < limit || !left.is_empty() { take_back(output) } else { Some(Vec::new()) };
    if taken_back.is_none() {
        // Let the reader have its pages first.
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && rustix::io::ioctl_fionread(output.fd()).is_ok_and(|left| left > 0) {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
    drop(lease);
    let taken_back = taken_back.unwrap_or_default();
    output.write_now(&taken_back)?;
    output.write_now(left)?;
    output.count(got as u64);
    let copied = (taken_back.len() + got) as u64;
    Ok(Handed { until: at + got as u64, copied, windows })
}

/// A pipe of our own where pages are looked up before they go to the pipe that somebody reads.
///
/// `vmsplice` looks up each page while it holds the pipe, and a read of that pipe has to wait. From pipe to pipe pages move in
/// next to no time, so that the reader is held up only by its own work: it gets its bytes in three quarters of the time.
struct Shelf {
    back: OwnedFd,
    front: OwnedFd,
}

impl Shelf {
    /// One that holds as much as the pipe it is for, or less where that is not granted.
    fn new(capacity: usize) -> io::Result<Shelf> {
        let (back, front) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let _ = fcntl_setpipe_size(&front, capacity);
        Ok(Shelf { back, front })
    }

    /// Puts the pages of `bytes` on the empty shelf; the count says how many bytes there was room for, at least one.
    fn put(&self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            // SAFETY: the pages belong to a shared file mapping under a read lease. The kernel takes its own references to
            // them; they outlive the window, nobody writes to them while the lease holds, and `splice` gives the lease back
            // only when the pipe has been read or after it stopped waiting.
            match unsafe { vmsplice(&self.front, &[IoSliceRaw::from_slice(bytes)], SpliceFlags::NONBLOCK) } {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(held) => return Ok(held),
                Err(Errno::INTR) => {}
                Err(err) => return Err(err.into()),
            }
        }
    }

    /// Moves the `held` bytes that are there into the output for as long as the lease holds; gives how many went.
    fn empty_into(&self, output: &Output, held: usize, lease: &Lease) -> io::Result<usize> {
        let mut sent = 0;
        while sent < held && lease.intact() {
            match kernel_splice(&self.back, None, output.fd(), None, held - sent, SpliceFlags::NONBLOCK) {
                Ok(n) => sent += n,
                Err(Errno::AGAIN) => wait_a_moment(output)?,
                Err(Errno::INTR) => {}
                Err(err) => return Err(err.into()),
            }
        }
        Ok(sent)
    }
}

/// Waits until the pipe has room, but not for long.
fn wait_a_moment(output: &Output) -> io::Result<()> {
    let mut fds = [PollFd::from_borrowed_fd(output.fd(), PollFlags::OUT)];
    let moment = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
    match poll(&mut fds, Some(&moment)) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(err) => Err(err.into()),
    }
}

/// Writes `bytes` for as long as the lease holds, and gives those that are left.
fn write_under<'b>(lease: &Lease, output: &Output, mut bytes: &'b [u8]) -> io::Result<&'b [u8]> {
    const HERE: u64 = u64::MAX;
    while !bytes.is_empty() && lease.intact() {
        match pwritev2(output.fd(), &[IoSlice::new(bytes)], HERE, ReadWriteFlags::NOWAIT) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::AGAIN) => wait_a_moment(output)?,
            Err(Errno::INTR) => {}
            Err(Errno::PIPE) => return Err(Errno::PIPE.into()),
            // A FIFO, or an older kernel, can only be written to with patience.
            Err(_) => {
                output.write_now(bytes)?;
                bytes = &[];
            }
        }
    }
    Ok(bytes)
}

/// Takes all that lies unread in the pipe out of it, in a single step, so that its reader, who may come at any time, gets
/// every byte in order. `None` where that cannot be done: then it is all there still.
fn take_back(output: &Output) -> Option<Vec<u8>> {
    let path = format!("/proc/self/fd/{}", output.fd().as_raw_fd());
    let unread = rustix::fs::open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let (back, into) = pipe_with(PipeFlags::CLOEXEC).ok()?;
    // As much as can be in there: one that holds less would leave the end of it.
    let capacity = fcntl_getpipe_size(&unread).ok()?;
    if fcntl_getpipe_size(&into).ok()? < capacity && fcntl_setpipe_size(&into, capacity).ok()? < capacity {
        return None;
    }
    match kernel_splice(&unread, None, &into, None, capacity, SpliceFlags::NONBLOCK) {
        Ok(_) | Err(Errno::AGAIN) => {}
        Err(_) => return None,
    }
    drop((unread, into));
    let mut bytes = Vec::new();
    File::from(back).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Copies the source's range into the regular file that `output` is, inside the kernel; gives the
/// offset up to which that went.
///
/// The kernel copies by way of the page cache, where a truncation would zero what is on its way. So
/// this too wants a lease, and ends when somebody else wants the file; the rest is the caller's.
///
/// # Errors
/// What the output says (ENOSPC, EFBIG, EDQUOT). A pair of files that cannot be copied so is no
/// error: then the offset is where it started.
pub fn copy_range(output: &mut Output, source: &Source) -> io::Result<u64> {
    let (mut at, end) = (source.start(), source.end().unwrap_or(0));
    output.flush()?;
    let Some(lease) = Lease::take(source.fd()) else { return Ok(at) };
    while at < end && lease.intact() {
        let mut place = source.base() + at;
        let length = (end - at).min(COPIED) as usize;
        match kernel_copy(source.fd(), Some(&mut place), output.fd(), None, length) {
            Ok(0) => break,
            Ok(n) => {
                at += n as u64;
                output.count(n as u64);
            }
            Err(Errno::INTR) => {}
            Err(err @ (Errno::NOSPC | Errno::FBIG | Errno::DQUOT)) => return Err(err.into()),
            Err(_) => break,
        }
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{IoMode, Range};
    use std::fs::File;
    use std::io::Read;

    fn data(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i % 251 + (i >> 16)) as u8).collect()
    }

    #[test]
    fn what_is_handed_over_is_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let want = data((5 << 20) + 1234);
        std::fs::write(&path, &want).unwrap();
        let source = Source::open(path.as_os_str(), IoMode::Auto, Range { offset: 77, length: None }).unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        let collector = std::thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).unwrap();
            all
        });
        let mut output = Output::to(File::from(OwnedFd::from(writer))).unwrap();
        let handed = splice(&mut output, &source).unwrap();
        drop(output);
        let got = collector.join().unwrap();
        assert_eq!(got, want[77..handed.until as usize]);
    }

    /// Truncates while the pipe is full of the file's pages: its reader gets the file as it was, and nobody waits for long.
    fn cut_with_pages_in_the_pipe(dir: &std::path::Path, output: File, mut reader: impl Read + Send + 'static) {
        let path = dir.join("f");
        let want = data(8 << 20);
        std::fs::write(&path, &want).unwrap();
        let source = Source::open(path.as_os_str(), IoMode::Auto, Range::default()).unwrap();
        if Lease::take(source.fd()).is_none() {
            eprintln!("skipped: this filesystem gives no leases");
            return;
        }
        let reading = std::thread::spawn(move || {
            let mut got = vec![0; 100];
            reader.read_exact(&mut got).unwrap();
            std::thread::sleep(Duration::from_millis(50));
            let begun = Instant::now();
            File::options().write(true).open(&path).unwrap().set_len(1000).unwrap();
            let waited = begun.elapsed();
            reader.read_to_end(&mut got).unwrap();
            (waited, got)
        });
        let mut output = Output::to(output).unwrap();
        let handed = splice(&mut output, &source).unwrap();
        drop(output);
        let (waited, got) = reading.join().unwrap();
        assert!(handed.until < 8 << 20, "stopped for the writer");
        assert!(handed.copied > 0);
        assert!(waited < Duration::from_secs(2));
        assert_eq!(got.len() as u64, handed.until);
        assert!(got == want[..got.len()], "the cut shows in what was read");
    }

    // Found by truncating from the thread that reads the pipe: the rest of the page that was cut came as zeros.
    #[test]
    fn a_cut_does_not_show_in_the_pages_that_wait_to_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let (reader, writer) = io::pipe().unwrap();
        cut_with_pages_in_the_pipe(dir.path(), File::from(OwnedFd::from(writer)), reader);
    }

    #[test]
    fn nor_in_those_that_wait_in_a_fifo() {
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let opening = std::thread::spawn({
            let fifo = fifo.clone();
            move || File::options().write(true).open(fifo).unwrap()
        });
        let reader = File::open(&fifo).unwrap();
        cut_with_pages_in_the_pipe(dir.path(), opening.join().unwrap(), reader);
    }
}
