//! The state that the runs of one command share: counters, knowledge about the disk, and memory for
//! reuse. The counters only count; the system calls for a new input are made here.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::io::Source;
use crate::os::{page_size, residency};

use super::buffer_pool::BufferPool;
use super::cold_files::ColdTracker;
use super::counters::Counters;
use super::prefix_probe::PrefixProbe;

/// The state that outlives a run.
#[derive(Debug, Default)]
pub struct Session {
    /// The command's counters.
    pub counters: Counters,
    counts_resident: AtomicBool,
    pub(super) cold: ColdTracker,
    pub(super) probe: PrefixProbe,
    pub(super) buffers: BufferPool,
}

impl Deref for Session {
    type Target = Counters;
    fn deref(&self) -> &Counters {
        &self.counters
    }
}

impl Session {
    /// Turns on counting how much of each further input is resident before it is read, which costs
    /// a system call per file.
    pub fn count_resident(&self) {
        self.counts_resident.store(true, Ordering::Relaxed);
    }

    fn counts_resident(&self) -> bool {
        self.counts_resident.load(Ordering::Relaxed)
    }

    /// Counts an input that was opened.
    pub fn opened(&self, source: &mut Source) {
        if self.counts_resident() {
            self.begin(source);
        }
        self.counters.count_input(source);
    }

    /// Faults in the beginning of an input that is about to be read, and returns whether it came
    /// from disk. Only the first call for an input does anything.
    pub fn begin(&self, source: &mut Source) -> bool {
        let mut is_first = false;
        let is_cold = source.fault_in_beginning(|source| {
            is_first = true;
            if self.counts_resident()
                && let Some((resident, total)) = resident_bytes(source)
            {
                self.counters.add_resident(resident, total);
            }
        });
        // The window is kept and not mapped again.
        self.counters.windows.add(u64::from(is_first && source.is_mapped_whole()));
        is_cold
    }

    /// Starts read-ahead of a whole small file that will be read soon. Returns whether the file is
    /// small; a larger one is left alone.
    pub(super) fn prefetch(&self, source: &mut Source) -> bool {
        let is_small = source.is_small();
        if is_small {
            self.begin(source);
            source.read_ahead_all();
        }
        is_small
    }
}

/// Returns the number of resident bytes of a file, and its size, or `None` if the kernel does not report it.
fn resident_bytes(source: &Source) -> Option<(u64, u64)> {
    let size = source.current_length().ok()??;
    let cached = residency::whole(source.fd(), source.base() + size).ok()?;
    Some(((cached.resident * page_size() as u64).min(size), size))
}
