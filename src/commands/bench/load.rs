//! Loads the bytes of one access, into a buffer or through a mapping.
//!
//! Each method makes exactly the calls that its name says, without the engine.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::order::AccessOrder;
use crate::os::direct::read_cached;
use crate::os::posix::{AsFd, Errno, FileExt};
use crate::os::read_ahead::will_need;
use crate::os::{Buffer, Window};

/// One access of a walk.
#[derive(Clone, Debug)]
pub struct Access {
    /// The position in the walk.
    pub index: u64,
    /// The byte range.
    pub range: Range<u64>,
}

/// A method to load the bytes of an access into memory.
pub trait Load: Sync {
    /// The state that a thread keeps between accesses.
    type Local;

    /// Returns the state of a thread for accesses of at most `largest` bytes.
    fn local(&self, largest: usize) -> Self::Local;

    /// Loads the bytes and passes them to `work`, together with whether they are in private memory.
    ///
    /// # Errors
    /// Returns the error from the call, or an error if the file became shorter.
    fn with<T>(&self, local: &mut Self::Local, access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T>;
}

/// Returns the error for a file whose length changed.
pub fn changed() -> io::Error {
    io::Error::other("became shorter while being measured")
}

/// Checks that no page of `window` was missing.
///
/// # Errors
/// Returns an error if a page was missing.
pub fn intact(window: &Window) -> io::Result<()> {
    window.fault().map_or(Ok(()), |_| Err(changed()))
}

fn ended(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof { changed() } else { error }
}

/// Returns the error from a failed fault-in. EFAULT means a page past the end of the file.
pub fn fault_in_error(error: io::Error) -> io::Error {
    if error.raw_os_error() == Some(Errno::FAULT.raw_os_error()) { changed() } else { error }
}

fn length(access: &Access) -> usize {
    (access.range.end - access.range.start) as usize
}

/// Loads with `read(2)`, after `lseek(2)` if the accesses are not sequential.
///
/// All buffers start on a page boundary, because the alignment affects how fast the kernel copies
/// into a buffer, and `malloc` leaves it to chance.
pub struct Reads {
    /// The file.
    pub file: File,
    /// Whether the accesses are not sequential.
    pub seeks: bool,
}

impl Load for Reads {
    type Local = Buffer;

    fn local(&self, largest: usize) -> Buffer {
        Buffer::aligned(largest)
    }

    fn with<T>(&self, buffer: &mut Buffer, access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        if self.seeks {
            (&self.file).seek(SeekFrom::Start(access.range.start))?;
        }
        let bytes = &mut buffer[..length(access)];
        (&self.file).read_exact(bytes).map_err(ended)?;
        Ok(work(bytes, true))
    }
}

/// Loads with `pread(2)`.
pub struct Preads(pub File);

impl Load for Preads {
    type Local = Buffer;

    fn local(&self, largest: usize) -> Buffer {
        Buffer::aligned(largest)
    }

    fn with<T>(&self, buffer: &mut Buffer, access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        let bytes = &mut buffer[..length(access)];
        self.0.read_exact_at(bytes, access.range.start).map_err(ended)?;
        Ok(work(bytes, true))
    }
}

/// Loads the cached part of an access with `preadv2(2)` (`RWF_NOWAIT`), the rest with `pread(2)`.
pub struct CachedReads(pub File);

impl Load for CachedReads {
    type Local = Buffer;

    fn local(&self, largest: usize) -> Buffer {
        Buffer::aligned(largest)
    }

    fn with<T>(&self, buffer: &mut Buffer, access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        let bytes = &mut buffer[..length(access)];
        let mut got = 0;
        while got < bytes.len() {
            let at = access.range.start + got as u64;
            match read_cached(&self.0, &mut bytes[got..], at)? {
                Some(0) => return Err(changed()),
                Some(more) => got += more,
                None => {
                    self.0.read_exact_at(&mut bytes[got..], at).map_err(ended)?;
                    break;
                }
            }
        }
        Ok(work(bytes, true))
    }
}

/// Loads with `pread(2)` from a file opened for direct reads, with aligned offset, length and
/// memory.
pub struct DirectReads {
    /// The file.
    pub file: File,
    /// The alignment in bytes, a power of two.
    pub alignment: u64,
}

impl Load for DirectReads {
    type Local = Buffer;

    fn local(&self, largest: usize) -> Buffer {
        Buffer::aligned(aligned_room(largest, self.alignment))
    }

    fn with<T>(&self, buffer: &mut Buffer, access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        let aligned_range = aligned(&access.range, self.alignment);
        let (wanted, room) =
            ((access.range.end - aligned_range.start) as usize, (aligned_range.end - aligned_range.start) as usize);
        let mut got = 0;
        while got < wanted {
            match self.file.read_at(&mut buffer[got..room], aligned_range.start + got as u64)? {
                // Only the end of the file may be unaligned.
                more if more == 0 || got + more < wanted && !(more as u64).is_multiple_of(self.alignment) => {
                    return Err(changed());
                }
                more => got += more,
            }
        }
        Ok(work(&buffer[(access.range.start - aligned_range.start) as usize..wanted], true))
    }
}

/// Returns the aligned range around `range`.
pub fn aligned(range: &Range<u64>, alignment: u64) -> Range<u64> {
    let mask = alignment - 1;
    range.start & !mask..range.end.saturating_add(mask) & !mask
}

/// Returns the size of the aligned range around an access of at most `largest` bytes.
pub fn aligned_room(largest: usize, alignment: u64) -> usize {
    let alignment = alignment as usize;
    largest.next_multiple_of(alignment) + alignment
}

/// Maps a window for each access, faults it in and unmaps it.
pub struct Windows {
    /// The file.
    pub file: File,
    /// Whether to touch a byte every 64 KiB, as the engine does, rather than populate every page.
    pub touches: bool,
    /// Whether to request huge pages, so that an uncached file is loaded in large requests.
    pub is_huge: bool,
}

impl Load for Windows {
    type Local = ();

    fn local(&self, _: usize) {}

    fn with<T>(&self, (): &mut (), access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        let window = Window::map(self.file.as_fd(), access.range.start, length(access))?;
        if self.is_huge {
            window.advise_huge_pages()?;
        }
        if self.touches {
            window.touch();
        } else {
            window.populate().map_err(fault_in_error)?;
        }
        let done = work(window.bytes(), false);
        intact(&window)?;
        Ok(done)
    }
}

/// Loads from a mapping of the whole file.
pub struct WholeMapping<'w>(pub &'w Window);

impl Load for WholeMapping<'_> {
    type Local = ();

    fn local(&self, _: usize) {}

    fn with<T>(&self, (): &mut (), access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        Ok(work(&self.0.bytes()[access.range.start as usize..access.range.end as usize], false))
    }
}

/// A load that asks the kernel to read accesses ahead of their turn.
pub struct PrefetchLoad<'w, L> {
    /// Loads the access itself.
    pub load: L,
    /// The file.
    pub file: &'w File,
    /// The accesses.
    pub walk: &'w AccessOrder,
    /// The number of accesses to request ahead.
    pub depth: u64,
}

impl<L> PrefetchLoad<'_, L> {
    fn request(&self, index: u64) {
        if let Some(range) = self.walk.range(index) {
            will_need(self.file, range.start, range.end - range.start);
        }
    }
}

impl<L: Load> Load for PrefetchLoad<'_, L> {
    type Local = L::Local;

    fn local(&self, largest: usize) -> L::Local {
        self.load.local(largest)
    }

    fn with<T>(&self, local: &mut L::Local, access: &Access, work: impl FnOnce(&[u8], bool) -> T) -> io::Result<T> {
        if access.index == 0 {
            (0..self.depth).for_each(|index| self.request(index));
        }
        self.request(access.index + self.depth);
        self.load.with(local, access, work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aligned_range_holds_the_access() {
        assert_eq!(aligned(&(5000..9000), 4096), 4096..12_288);
        assert_eq!(aligned(&(4096..8192), 4096), 4096..8192);
        for (start, length) in [(0, 1), (4095, 2), (511, 8192), (1, 4096)] {
            let aligned_range = aligned(&(start..start + length), 512);
            assert!(aligned_range.start <= start && aligned_range.end >= start + length);
            assert!(aligned_range.end - aligned_range.start <= aligned_room(length as usize, 512) as u64);
        }
    }
}
