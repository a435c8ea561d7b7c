//! Cold and warm: made, and then verified by asking the kernel what is in memory. A state that was asked for and could
//! not be had is said, never assumed.

use std::time::Duration;

use super::subject::Subject;
use crate::os::residency::{self, Unknown};

/// What is in memory before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// No page of the files.
    Cold,
    /// Every page of the files.
    Warm,
}

impl State {
    /// The word, for people and for JSON.
    pub fn word(self) -> &'static str {
        match self {
            State::Cold => "cold",
            State::Warm => "warm",
        }
    }

    /// Brings `subjects` into this state and verifies it.
    ///
    /// # Errors
    /// A sentence that says what could not be made so, and why.
    pub fn make(self, subjects: &[Subject]) -> Result<(), String> {
        for subject in subjects {
            let made = match self {
                State::Cold => chill(subject),
                State::Warm => heat(subject),
            };
            made.map_err(|reason| format!("{}: {reason}", subject.shown()))?;
        }
        Ok(())
    }
}

/// Pages that are on their way to or from the disk are waited for, so often and so long.
const TRIES: u32 = 40;
const WAIT: Duration = Duration::from_millis(25);

/// Lets the kernel drop the file's pages (`posix_fadvise(2)`, DONTNEED, which anybody may ask for). It drops what is
/// clean and unused: dirty pages it starts to write out, mapped ones it leaves alone.
fn chill(subject: &Subject) -> Result<(), String> {
    let mut left = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            std::thread::sleep(WAIT);
        }
        residency::evict(subject.fd(), false).map_err(|error| crate::output::message(&error))?;
        let cached = residency::whole(subject.fd(), subject.len()).map_err(unknown)?;
        if cached.resident == 0 {
            return Ok(());
        }
        let pages = residency::pages(subject.len());
        let (dirty, written) = cached.state.map_or((0, 0), |state| (state.dirty, state.writeback));
        left = format!("{} of {pages} pages stay in memory: ", cached.resident);
        left += &match (dirty, written) {
            (0, 0) if subject.filesystem() == Some("tmpfs") => "tmpfs has no other place for them".to_owned(),
            (0, 0) => "mapped or locked by another process".to_owned(),
            _ if subject.filesystem() == Some("tmpfs") => "tmpfs has no other place for them".to_owned(),
            (dirty, written) => format!("{} dirty, not on the disk yet (sync writes them out)", dirty + written),
        };
        // What is neither dirty nor under way does not go by waiting; a few tries are for pages that somebody held
        // for a moment.
        if dirty + written == 0 && attempt >= 8 {
            break;
        }
    }
    Err(left)
}

/// Reads the file until all of it is in memory.
fn heat(subject: &Subject) -> Result<(), String> {
    let pages = residency::pages(subject.len());
    let mut resident = 0;
    for _ in 0..3 {
        resident = residency::whole(subject.fd(), subject.len()).map_err(unknown)?.resident;
        if resident >= pages {
            return Ok(());
        }
        let all = std::iter::once(crate::os::extents::Range { start: 0, end: subject.len() });
        residency::touch(subject.fd(), all).map_err(|error| crate::output::message(&error))?;
    }
    let now = residency::whole(subject.fd(), subject.len()).map_err(unknown)?.resident;
    if now >= pages {
        return Ok(());
    }
    Err(format!("only {} of {pages} pages stay in memory: it holds no more", now.max(resident)))
}

/// How many pages of the files were never written to the disk, for a note: the kernel has to write them before it can
/// drop them.
pub fn dirty_pages(subjects: &[Subject]) -> u64 {
    subjects
        .iter()
        .filter_map(|subject| residency::whole(subject.fd(), subject.len()).ok()?.state)
        .map(|state| state.dirty + state.writeback)
        .sum()
}

fn unknown(unknown: Unknown) -> String {
    match unknown {
        Unknown::NotPermitted => "the kernel tells only the owner what is in memory: cannot be verified".into(),
        Unknown::NotOpened(errno) | Unknown::Refused(errno) => {
            let error = std::io::Error::from(errno);
            format!(
                "the kernel does not tell what is in memory ({}): cannot be verified",
                crate::output::message(&error)
            )
        }
    }
}
