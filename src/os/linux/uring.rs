//! A ring of reads in flight (`io_uring(7)`), each into a buffer that the ring owns.
//!
//! A buffer belongs to the kernel from the start of its read to the end. It cannot be borrowed in
//! the meantime, and the ring waits for all reads before it frees the buffers.
#![allow(unsafe_code)]

use std::io;
use std::ops::Range;
use std::os::fd::{AsRawFd, BorrowedFd};

use io_uring::{IoUring, opcode, types};

use crate::os::Buffer;

/// A ring of reads of one file, with at most one read per slot at a time.
pub struct Ring {
    ring: IoUring,
    slots: Vec<RingSlot>,
    /// Whether the kernel has pinned the buffers (`IORING_REGISTER_BUFFERS`).
    are_registered: bool,
    in_flight: usize,
}

struct RingSlot {
    buffer: Buffer,
    is_busy: bool,
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring").field("slots", &self.slots.len()).field("in_flight", &self.in_flight).finish()
    }
}

/// The file's number among the registered ones.
const FILE: types::Fixed = types::Fixed(0);

impl Ring {
    /// Creates a ring of `slots` buffers of `length` bytes for reads of `file`. With `registered`,
    /// the buffers are pinned once instead of for each read.
    ///
    /// # Errors
    /// Returns ENOSYS or EPERM if the kernel or a sandbox refuses `io_uring_setup(2)`, and ENOMEM
    /// if `RLIMIT_MEMLOCK` does not allow that many registered bytes.
    pub fn new(file: BorrowedFd<'_>, slots: usize, length: usize, registered: bool) -> io::Result<Ring> {
        let entries = u32::try_from(slots.max(1)).map_err(|_| io::ErrorKind::InvalidInput)?;
        let ring = IoUring::new(entries)?;
        let mut slots: Vec<RingSlot> =
            (0..slots.max(1)).map(|_| RingSlot { buffer: Buffer::aligned(length), is_busy: false }).collect();
        ring.submitter().register_files(&[file.as_raw_fd()])?;
        if registered {
            let pinned: Vec<libc::iovec> = slots
                .iter_mut()
                .map(|slot| libc::iovec { iov_base: slot.buffer.as_mut_ptr().cast(), iov_len: length })
                .collect();
            // SAFETY: the buffers are neither moved in memory nor freed before the ring is.
            unsafe { ring.submitter().register_buffers(&pinned)? };
        }
        Ok(Ring { ring, slots, are_registered: registered, in_flight: 0 })
    }

    /// Returns the number of slots.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Starts a read at `offset` into the range `into` of the buffer of `slot`.
    ///
    /// # Errors
    /// Returns `InvalidInput` if the slot is busy or too small.
    pub fn read(&mut self, slot: usize, into: Range<usize>, offset: u64) -> io::Result<()> {
        let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
        let target = self.slots.get_mut(slot).filter(|target| !target.is_busy).ok_or_else(wrong)?;
        let bytes = target.buffer.get_mut(into).ok_or_else(wrong)?;
        let (to, count) = (bytes.as_mut_ptr(), u32::try_from(bytes.len()).map_err(|_| wrong())?);
        let read = if self.are_registered {
            opcode::ReadFixed::new(FILE, to, count, slot as u16).offset(offset).build()
        } else {
            opcode::Read::new(FILE, to, count).offset(offset).build()
        };
        // SAFETY: the buffer holds `count` bytes, lives until the read has ended (see `drop`), and is
        // marked busy until then, so `bytes` does not lend it.
        if unsafe { self.ring.submission().push(&read.user_data(slot as u64)) }.is_err() {
            return Err(io::Error::other("the submission queue is full"));
        }
        target.is_busy = true;
        self.in_flight += 1;
        Ok(())
    }

    /// Waits until a read has ended, and returns its slot and the number of bytes read.
    ///
    /// # Errors
    /// Returns `InvalidInput` if no read is in flight, or the error from `io_uring_enter(2)`.
    pub fn wait(&mut self) -> io::Result<(usize, io::Result<usize>)> {
        if self.in_flight == 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        loop {
            let ended = self.ring.completion().next();
            if let Some(ended) = ended {
                let slot = ended.user_data() as usize;
                self.in_flight -= 1;
                self.slots[slot].is_busy = false;
                let result = ended.result();
                let outcome = usize::try_from(result).map_err(|_| io::Error::from_raw_os_error(-result));
                // Reads pushed since then start now rather than when the next wait finds no result.
                if !self.ring.submission().is_empty() {
                    self.enter(0)?;
                }
                return Ok((slot, outcome));
            }
            self.enter(1)?;
        }
    }

    fn enter(&self, wanted: usize) -> io::Result<()> {
        match self.ring.submit_and_wait(wanted) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }

    /// Returns the buffer of `slot`, or an empty slice while the kernel may write to it.
    pub fn bytes(&self, slot: usize) -> &[u8] {
        match &self.slots[slot] {
            RingSlot { is_busy: false, buffer } => buffer,
            _ => &[],
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        while self.in_flight > 0 {
            if self.wait().is_err() {
                // The kernel may still write to them.
                std::mem::forget(std::mem::take(&mut self.slots));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;

    #[test]
    fn reads_end_in_their_slots_with_the_files_bytes() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..40_000u32).map(|i| (i % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        for registered in [false, true] {
            let mut ring = match Ring::new(file.as_fd(), 4, 5000, registered) {
                Ok(ring) => ring,
                Err(error) => return eprintln!("skipped: {error}"),
            };
            let offsets = [3u64, 39_000, 12_345, 0];
            for (slot, offset) in offsets.into_iter().enumerate() {
                ring.read(slot, 0..5000, offset).unwrap();
                assert!(ring.bytes(slot).is_empty());
                assert!(ring.read(slot, 0..1, 0).is_err(), "it is busy");
            }
            for _ in offsets {
                let (slot, got) = ring.wait().unwrap();
                let want = &bytes[offsets[slot] as usize..][..5000.min(40_000 - offsets[slot] as usize)];
                assert_eq!(&ring.bytes(slot)[..got.unwrap()], want);
            }
            assert!(ring.wait().is_err(), "none is in flight");
            assert!(ring.read(0, 0..5001, 0).is_err() && ring.read(4, 0..1, 0).is_err());
        }
    }

    #[test]
    fn a_ring_dropped_with_reads_in_flight_waits_for_them() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        for _ in 0..50 {
            let Ok(mut ring) = Ring::new(file.as_fd(), 8, 1 << 17, false) else { return };
            for slot in 0..8 {
                ring.read(slot, 0..1 << 17, (slot as u64) << 17).unwrap();
            }
        }
    }
}
