//! Counts what a run did, for `--stats` and the progress bar. Nothing here touches a file.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::io::{AccessMethod, Reason, Source};

/// A sum to which any thread may add.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds `amount`.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// Raises the sum to `value`, unless it is higher.
    pub fn raise(&self, value: u64) {
        self.0.fetch_max(value, Ordering::Relaxed);
    }

    /// Returns the sum so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counters of a command, shared by its workers.
#[derive(Debug, Default)]
pub struct Counters {
    /// The number of bytes that a kernel processed or that were copied.
    pub bytes: Counter,
    /// The number of windows mapped.
    pub windows: Counter,
    /// The number of bytes output without being copied by this program.
    pub uncopied: Counter,
    /// The number of threads that took part.
    pub threads: Counter,
    inputs: Mutex<InputCounts>,
}

/// The access methods of inputs, and the reasons for them.
#[derive(Clone, Debug, Default)]
pub struct InputCounts {
    /// The number of inputs per access method and reason.
    pub methods: Vec<(AccessMethod, Option<Reason>, u64)>,
    /// The method of writing the output, unless it is `write`.
    pub output: Option<&'static str>,
    /// The number of resident bytes of mapped inputs before the run, and the number of all their
    /// bytes.
    pub resident: Option<(u64, u64)>,
}

impl Counters {
    /// Counts an input.
    pub(super) fn count_input(&self, source: &Source) {
        let mut inputs = self.lock();
        let (method, reason) = (source.method(), source.reason());
        match inputs.methods.iter_mut().find(|entry| entry.0 == method && entry.1 == reason) {
            Some(entry) => entry.2 += 1,
            None => inputs.methods.push((method, reason, 1)),
        }
    }

    /// Adds the number of an input's bytes that were resident before it was read.
    pub(super) fn add_resident(&self, resident: u64, total: u64) {
        let mut inputs = self.lock();
        let before = inputs.resident.unwrap_or_default();
        inputs.resident = Some((before.0 + resident, before.1 + total));
    }

    /// Records that a window was read because it could not be mapped, for `reason`.
    pub(super) fn record_refusal(&self, reason: Reason) {
        let mut inputs = self.lock();
        let reason = Some(reason);
        if !inputs.methods.iter().any(|entry| entry.0 == AccessMethod::Pread && entry.1 == reason) {
            inputs.methods.push((AccessMethod::Pread, reason, 1));
        }
    }

    /// Records how the output is written.
    pub fn output(&self, method: &'static str) {
        self.lock().output = Some(method);
    }

    /// Returns the access methods of the inputs so far.
    pub fn tally(&self) -> InputCounts {
        self.lock().clone()
    }

    /// Adds the bytes, windows and threads of a run whose inputs are counted elsewhere.
    pub fn absorb(&self, other: &Counters) {
        self.bytes.add(other.bytes.get());
        self.windows.add(other.windows.get());
        self.threads.raise(other.threads.get());
    }

    fn lock(&self) -> MutexGuard<'_, InputCounts> {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
