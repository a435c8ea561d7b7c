//! Puts the page cache into a state, cold or warm, and verifies it by asking the kernel what is
//! cached. A state that cannot be reached is reported, never assumed. Systems without a call for
//! that are the exception: there, a file that was just read is taken to be warm.

use std::time::Duration;

use super::load::changed;
use super::subject::Subject;
use crate::os::residency::{self, UnknownResidency};

/// The state of the page cache before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheState {
    /// No page of the files is cached.
    Cold,
    /// Every page of the files is cached.
    Warm,
}

impl CacheState {
    /// Returns the name of the state, for tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            CacheState::Cold => "cold",
            CacheState::Warm => "warm",
        }
    }

    /// Puts `subjects` into this state and verifies it.
    ///
    /// # Errors
    /// Returns a sentence that says which file could not be put into this state, and why.
    pub fn establish(self, subjects: &[Subject]) -> Result<(), String> {
        for subject in subjects {
            let made = match self {
                CacheState::Cold => evict(subject),
                CacheState::Warm => load(subject),
            };
            made.map_err(|reason| format!("{}: {reason}", subject.shown()))?;
        }
        Ok(())
    }
}

/// The number and length of waits for pages that are being read or written.
const MAX_TRIES: u32 = 40;
const WAIT: Duration = Duration::from_millis(25);

/// Asks the kernel to drop the file's pages (`posix_fadvise(2)`, DONTNEED). It drops clean unused
/// pages, starts to write back dirty ones, and ignores mapped ones.
fn evict(subject: &Subject) -> Result<(), String> {
    let mut reason = String::new();
    for attempt in 0..MAX_TRIES {
        if attempt > 0 {
            std::thread::sleep(WAIT);
        }
        residency::evict(subject.fd(), false).map_err(|error| crate::os::error_text(&error))?;
        let cached = residency::whole(subject.fd(), subject.len()).map_err(unknown)?;
        if cached.resident == 0 {
            return Ok(());
        }
        let pages = residency::pages(subject.len());
        let (dirty, written) = cached.state.map_or((0, 0), |state| (state.dirty, state.writeback));
        reason = format!("{} of {pages} pages stay in memory: ", cached.resident);
        let keeper = subject.filesystem().filter(|name| matches!(*name, "tmpfs" | "ramfs"));
        reason += &match (keeper, dirty + written) {
            (Some(name), _) => format!("{name} keeps its files in memory"),
            (None, 0) => "mapped or locked by another process".to_owned(),
            (None, unwritten) => format!("{unwritten} dirty, not on the disk yet (sync writes them out)"),
        };
        // Waiting does not help with clean pages. A few attempts suffice for pages briefly in use.
        if dirty + written == 0 && attempt >= 8 {
            break;
        }
    }
    Err(reason)
}

/// Reads the file until all of it is cached.
fn load(subject: &Subject) -> Result<(), String> {
    let pages = residency::pages(subject.len());
    let mut resident = 0;
    for _ in 0..3 {
        let cached = residency::whole(subject.fd(), subject.len());
        resident = cached.map_or(0, |cached| cached.resident);
        match cached {
            Ok(cached) if resident + cached.unknown >= pages => return Ok(()),
            Ok(_) | Err(UnknownResidency::Unsupported) => {}
            Err(reason) => return Err(unknown(reason)),
        }
        let all = std::iter::once(crate::os::extents::DataRange { start: 0, end: subject.len() });
        residency::touch(subject.fd(), all).map_err(|error| crate::os::error_text(&error))?;
        if cached == Err(UnknownResidency::Unsupported) {
            return Ok(());
        }
    }
    let cached = residency::whole(subject.fd(), subject.len()).map_err(unknown)?;
    let now = cached.resident;
    if now + cached.unknown >= pages {
        return Ok(());
    }
    if subject.is_shorter() {
        return Err(changed().to_string());
    }
    let why = match subject.filesystem() {
        Some("tmpfs") => "tmpfs keeps no page for a hole",
        _ => "there is no room for more",
    };
    Err(format!("only {} of {pages} pages stay in memory: {why}", now.max(resident)))
}

/// Returns the number of pages that are not yet on disk. The kernel must write them before it can
/// drop them.
pub fn dirty_pages(subjects: &[Subject]) -> u64 {
    subjects
        .iter()
        .filter_map(|subject| residency::whole(subject.fd(), subject.len()).ok()?.state)
        .map(|state| state.dirty + state.writeback)
        .sum()
}

fn unknown(unknown: UnknownResidency) -> String {
    match unknown {
        UnknownResidency::NotPermitted => "only the owner may ask the kernel what is cached: cannot be verified".into(),
        UnknownResidency::Unsupported => "this system does not report what is cached: cannot be verified".into(),
        UnknownResidency::NotOpened(errno) | UnknownResidency::Refused(errno) => {
            let error = std::io::Error::from(errno);
            format!("the kernel does not report what is cached ({}): cannot be verified", crate::os::error_text(&error))
        }
    }
}
