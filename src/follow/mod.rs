//! Following files as they grow: `cat --follow` and `grep --follow`.
//!
//! [`follow`] gives away whatever is appended, in order, until it is told to stop. It notices when a file is truncated,
//! and, by name, when another takes its place; the old one is then read to its end first, and watched on for a writer
//! that has not changed over yet. It sleeps in `poll` until inotify wakes it, and looks once a second for what inotify
//! does not tell (writers on other machines, names behind symbolic links). It prints nothing itself.

mod tail;

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::io::path;
use crate::os::Stop;
use crate::os::Watch;
pub use tail::settled_end;
use tail::{Next, Tail};

/// A file to follow.
#[derive(Debug)]
pub struct Target {
    /// Its name, for messages, and to be followed by.
    pub name: OsString,
    /// The file that was opened by it; none to wait for the name to appear.
    pub file: Option<File>,
    /// The bytes before this offset of the file have been dealt with.
    pub at: u64,
    /// Whether to follow the name, not the file.
    pub by_name: bool,
}

/// What happened.
#[derive(Debug)]
pub enum Event<'b> {
    /// These bytes were appended.
    Bytes(Origin, &'b [u8]),
    /// Nothing more comes from there, so a line that was under way stays as it is.
    Ended(Origin),
    /// Something to be said about the target of this name.
    Notice(&'b OsStr, &'b str),
    /// Nothing more for now: what is held back had better be shown.
    Idle,
}

/// What bytes were appended to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The number of the target.
    pub target: usize,
    /// How many files that target was before: it is another one after a truncation or a replacement. While a replaced
    /// file still grows, two give bytes by turns.
    pub file: u64,
}

/// Why following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was told to.
    Stopped,
    /// Nobody reads the output any more.
    Unread,
    /// No target is left that could grow.
    Nothing,
}

/// Looks again after this long even if nobody calls.
const TICK: Duration = Duration::from_secs(1);

/// As long as there are bytes that somebody is still filling in through a mapping, which no inotify tells.
const SHORT_TICK: Duration = Duration::from_millis(40);

/// A file that was replaced is watched for so long after its last byte.
const GRACE: Duration = Duration::from_secs(30);

/// Follows `targets` until `stop` is asked, nobody reads `output` any more, or none is left. What had been appended by
/// then has been given away.
///
/// # Errors
/// Whatever `on` returns, and failures of `poll(2)`. What goes wrong with a target is a [`Event::Notice`].
pub fn follow(
    targets: Vec<Target>,
    stop: &Stop,
    output: BorrowedFd<'_>,
    mut on: impl FnMut(Event<'_>) -> io::Result<()>,
) -> io::Result<End> {
    let mut watch = Watch::start();
    let mut followed = Vec::with_capacity(targets.len());
    for (number, target) in targets.into_iter().enumerate() {
        followed.push(Followed::new(number, target, &mut watch)?);
    }
    let mut looked = Instant::now();
    loop {
        let mut more = false;
        for file in &mut followed {
            more |= file.pass(&mut on)?;
        }
        if stop.asked() {
            finish(&mut followed, &mut on)?;
            return Ok(End::Stopped);
        }
        let named = watch.take_names_changed() || looked.elapsed() >= TICK;
        if named {
            looked = Instant::now();
            for file in followed.iter_mut().filter(|file| file.by_name) {
                more |= file.look(&mut watch, &mut on)?;
            }
        }
        let wait = if more { Duration::ZERO } else { tick(&followed) };
        if !more {
            on(Event::Idle)?;
        }
        if followed.iter().all(|file| file.tail.is_none() && !file.by_name) {
            return Ok(End::Nothing);
        }
        if !wait_for(&watch, stop, output, wait)? {
            return Ok(End::Unread);
        }
        watch.drain();
    }
}

fn tick(followed: &[Followed]) -> Duration {
    if followed.iter().any(|file| file.tail.as_ref().is_some_and(Tail::is_unsettled)) { SHORT_TICK } else { TICK }
}

/// Gives away what was there when the end was asked for; a busy writer would otherwise never let go.
fn finish(followed: &mut [Followed], on: &mut impl FnMut(Event<'_>) -> io::Result<()>) -> io::Result<()> {
    for file in followed {
        let left = file.size();
        while file.pass(on)? && file.tail.as_ref().is_some_and(|tail| tail.at() < left) {}
    }
    on(Event::Idle)
}

/// Sleeps until something happens. `false` when the output's reader has gone.
fn wait_for(watch: &Watch, stop: &Stop, output: BorrowedFd<'_>, wait: Duration) -> io::Result<bool> {
    let out = PollFd::from_borrowed_fd(output, PollFlags::empty());
    let mut fds = vec![out];
    fds.extend(watch.fd().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    fds.extend(stop.fd().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
    if stop.asked() {
        return Ok(true);
    }
    let wait = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
    match poll(&mut fds, Some(&wait)) {
        Ok(_) => Ok(!fds[0].revents().contains(PollFlags::ERR)),
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// One target with all files that bear or bore its name.
struct Followed {
    number: usize,
    name: OsString,
    by_name: bool,
    tail: Option<Tail>,
    /// Counts the files that the target has been.
    file: u64,
    /// Files that were replaced, oldest first, which they were, and when each last gave a byte.
    replaced: VecDeque<(Tail, u64, Instant)>,
    missing: bool,
}

impl Followed {
    fn new(number: usize, target: Target, watch: &mut Watch) -> io::Result<Followed> {
        let Target { name, file, at, by_name } = target;
        if by_name {
            watch.directory(directory(&name));
        }
        let missing = file.is_none();
        let tail = match file {
            Some(file) => {
                watch.file(&file);
                Some(Tail::new(file, at)?)
            }
            None => None,
        };
        Ok(Followed { number, name, by_name, tail, file: 0, replaced: VecDeque::new(), missing })
    }

    /// The size of the file at hand.
    fn size(&self) -> u64 {
        self.tail.as_ref().map_or(0, Tail::size)
    }

    /// Gives away a piece of what is new. `true` when there may be more.
    fn pass(&mut self, on: &mut impl FnMut(Event<'_>) -> io::Result<()>) -> io::Result<bool> {
        // A writer that changes over writes to the new file after its last byte to the old. So as much of the new one as
        // there is now may be read when the old one has then been read to its end.
        let limit = self.size();
        let target = self.number;
        let mut at = 0;
        while let Some((tail, file, last)) = self.replaced.get_mut(at) {
            let origin = Origin { target, file: *file };
            loop {
                match tail.next(u64::MAX) {
                    Ok(Next::Bytes(bytes)) => on(Event::Bytes(origin, bytes))?,
                    Ok(Next::Nothing) => break,
                    Ok(Next::Truncated) => {
                        on(Event::Ended(origin))?;
                        continue;
                    }
                    Err(_) => break,
                }
                *last = Instant::now();
            }
            if last.elapsed() < GRACE {
                at += 1;
            } else {
                self.replaced.remove(at);
                on(Event::Ended(origin))?;
            }
        }
        let Some(tail) = &mut self.tail else { return Ok(false) };
        let origin = Origin { target, file: self.file };
        match tail.next(limit) {
            Ok(Next::Bytes(bytes)) => on(Event::Bytes(origin, bytes))?,
            Ok(Next::Nothing) => return Ok(false),
            Ok(Next::Truncated) => {
                self.file += 1;
                on(Event::Ended(origin))?;
                on(Event::Notice(&self.name, "file truncated"))?;
            }
            Err(error) => {
                on(Event::Notice(&self.name, &crate::output::message(&error)))?;
                // Begun again by name it would be printed twice.
                self.tail = None;
                self.by_name = false;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Looks which file has the name now. `true` when it is another one.
    fn look(&mut self, watch: &mut Watch, on: &mut impl FnMut(Event<'_>) -> io::Result<()>) -> io::Result<bool> {
        let opened = match path::metadata(&self.name) {
            Ok(meta) if self.tail.as_ref().is_some_and(|tail| tail.is(&meta)) => {
                self.missing = false;
                return Ok(false);
            }
            Ok(meta) if !meta.is_file() => Err(io::Error::other("no longer a regular file")),
            Ok(_) => path::open(&self.name),
            Err(error) => Err(error),
        };
        let opened = opened.and_then(|file| {
            watch.file(&file);
            Tail::new(file, 0)
        });
        match opened {
            Ok(tail) => {
                let text = match (self.missing, &self.tail) {
                    (false, Some(_)) => "has been replaced; following new file",
                    _ => "has appeared; following new file",
                };
                if let Some(old) = self.tail.replace(tail) {
                    self.replaced.push_back((old, self.file, Instant::now()));
                    self.file += 1;
                }
                self.missing = false;
                // What is left of the old file comes before the new one's first byte.
                self.pass(&mut |event| match event {
                    Event::Bytes(..) | Event::Ended(_) => on(event),
                    _ => Ok(()),
                })?;
                on(Event::Notice(&self.name, text))?;
                Ok(true)
            }
            Err(error) => {
                if !self.missing {
                    self.missing = true;
                    let text = format!("has become inaccessible: {}", crate::output::message(&error));
                    on(Event::Notice(&self.name, &text))?;
                }
                Ok(false)
            }
        }
    }
}

/// The directory that a name stands in.
fn directory(name: &OsStr) -> &Path {
    match Path::new(name).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
