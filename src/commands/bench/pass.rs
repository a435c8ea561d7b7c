//! Runs one pass over one file by one method: opens it, loads the bytes, works on them, and releases
//! everything.
//!
//! A pass includes everything that a program would have to do: opening, mapping, unmapping,
//! starting threads.

use std::fs::File;
use std::io;
use std::path::Path;

use super::load::{
    CachedReads, DirectReads, Preads, PrefetchLoad, Reads, WholeMapping, Windows, aligned_room, fault_in_error, intact,
};
use super::method::Method;
use super::queue;
use super::workers::{self, PassOutcome, Task, Total};
use crate::cli::bench::Family;
use crate::os::direct::{into_direct, read_cached};
use crate::os::posix::AsFd;
use crate::os::{Advice, Ring, Window};

/// The reason why a pass has no answer.
#[derive(Debug)]
pub enum PassError {
    /// This kernel or file does not support the method; others may work.
    Unavailable(String),
    /// The file could not be read, or changed.
    Failed(io::Error),
}

impl From<io::Error> for PassError {
    fn from(error: io::Error) -> PassError {
        PassError::Failed(error)
    }
}

/// Runs `task` once on the file at `path`.
///
/// # Errors
/// Returns [`PassError`] if there is no answer.
pub fn pass(family: Family, method: &Method, path: &Path, task: &Task<'_>) -> Result<PassOutcome, PassError> {
    let file = crate::io::path::open(path.as_os_str())?;
    // A mapping needs the length, and a reader must detect the end. Each takes a system call; here,
    // one call serves both.
    let facts = file.metadata()?;
    if facts.is_file() && facts.len() != task.walk.len() {
        return Err(PassError::Failed(io::Error::other("changed in length while being measured")));
    }
    let threads = method.threads;
    match family {
        Family::Read => Ok(workers::run(&Reads { file, seeks: !task.walk.is_sequential() }, task, 1)?),
        Family::Pread => Ok(workers::run(&Preads(file), task, threads)?),
        Family::Nowait => {
            read_cached(&file, &mut [0], 0).map_err(|error| unavailable("preadv2", &error))?;
            Ok(workers::run(&CachedReads(file), task, threads)?)
        }
        Family::Direct => {
            let (file, alignment) = direct(file)?;
            Ok(workers::run(&DirectReads { file, alignment }, task, threads)?)
        }
        Family::Uring | Family::UringFixed => in_ring(&file, method, task, (family == Family::UringFixed, 1)),
        Family::UringDirect => {
            let (file, alignment) = direct(file)?;
            in_ring(&file, method, task, (true, alignment))
        }
        Family::Windows | Family::WindowsPrefetch => in_windows(family, &file, method, task),
        _ => in_whole(family, &file, method, task),
    }
}

/// Makes reads bypass the cache, and returns the file with the alignment it requires.
fn direct(file: File) -> Result<(File, u64), PassError> {
    // Buffers are aligned to this many bytes.
    const BUFFER_ALIGNMENT: u64 = 4096;
    match into_direct(file).map_err(|error| unavailable("O_DIRECT", &error))? {
        (file, alignment) if alignment <= BUFFER_ALIGNMENT => Ok((file, alignment)),
        (_, alignment) => Err(PassError::Unavailable(format!("O_DIRECT: needs an alignment of {alignment} bytes"))),
    }
}

/// Reads with io_uring, in ranges of this alignment, with registered buffers if the method uses them.
fn in_ring(
    file: &File,
    method: &Method,
    task: &Task<'_>,
    (registered, alignment): (bool, u64),
) -> Result<PassOutcome, PassError> {
    let slots = method.depth.min(usize::try_from(task.walk.count()).unwrap_or(usize::MAX)).max(1);
    let room = aligned_room(task.largest()?, alignment);
    let ring = Ring::new(file.as_fd(), slots, room, registered);
    let mut ring = ring.map_err(|error| unavailable("io_uring", &error))?;
    Ok(queue::run(&mut ring, task, alignment)?)
}

fn in_windows(family: Family, file: &File, method: &Method, task: &Task<'_>) -> Result<PassOutcome, PassError> {
    // A file that cannot be mapped fails here rather than halfway.
    let first = Window::map(file.as_fd(), 0, 1).map_err(|error| unavailable("mmap", &error))?;
    let prefetches = family == Family::WindowsPrefetch;
    let is_huge = prefetches && task.walk.is_sequential();
    if is_huge {
        first.advise_huge_pages().map_err(|error| unavailable("madvise", &error))?;
    } else if !prefetches && let Err(error) = first.populate().map_err(fault_in_error) {
        return Err(unavailable("madvise", &error));
    }
    let load = Windows { file: file.try_clone()?, touches: prefetches, is_huge };
    if prefetches && !is_huge {
        let ahead = PrefetchLoad { load, file, walk: task.walk, depth: method.depth as u64 };
        return Ok(workers::run(&ahead, task, method.threads)?);
    }
    Ok(workers::run(&load, task, method.threads)?)
}

fn in_whole(family: Family, file: &File, method: &Method, task: &Task<'_>) -> Result<PassOutcome, PassError> {
    let window = map_whole(family, file, task)?;
    let outcome = if family == Family::MapPrefetch {
        let ahead = PrefetchLoad { load: WholeMapping(&window), file, walk: task.walk, depth: method.depth as u64 };
        workers::run(&ahead, task, method.threads)?
    } else if task.walk.is_sequential() && method.threads == 1 {
        let mut total = Total::new(task.work, task.walk);
        total.take(0, window.bytes(), false);
        PassOutcome { answer: total.finish(), latencies: None }
    } else {
        workers::run(&WholeMapping(&window), task, method.threads)?
    };
    intact(&window)?;
    Ok(outcome)
}

/// Maps the whole file and gives the method's advice to the kernel.
fn map_whole(family: Family, file: &File, task: &Task<'_>) -> Result<Window, PassError> {
    let len = task.walk.len();
    let len = usize::try_from(len).map_err(|_| PassError::Unavailable("larger than the address space".into()))?;
    let window = match family {
        Family::MapPrivate => Window::map_private(file.as_fd(), 0, len),
        Family::MapPopulate => Window::map_populated(file.as_fd(), 0, len),
        _ => Window::map(file.as_fd(), 0, len),
    };
    let window = window.map_err(|error| unavailable("mmap", &error))?;
    let advised = match family {
        Family::MapPopulateRead => window.advise_populate(),
        Family::MapHugepage => window.advise_huge_pages(),
        Family::MapCollapse => window.collapse(),
        Family::MapAdvised if task.walk.is_sequential() => window.advise(Advice::Sequential),
        Family::MapAdvised => window.advise(Advice::Random),
        Family::MapWillneed => window.advise(Advice::WillNeed),
        _ => return Ok(window),
    };
    advised.map_err(|error| unavailable("madvise", &error))?;
    Ok(window)
}

fn unavailable(call: &str, error: &io::Error) -> PassError {
    PassError::Unavailable(format!("{call}: {}", crate::os::error_text(error)))
}
