//! `--follow`: what is there is printed as ever, then what is appended as it comes.

use std::io;
use std::ops::Range;

use super::pick::Unit;
use super::wanted::Wanted;
use super::{Cat, can_be_searched, locate};
use crate::cli::cat::FollowBy;
use crate::cli::range::{Mark, Stop as RangeStop};
use crate::engine::{Input, Stats};
use crate::exit::Exit;
use crate::follow::{End, Event, Origin, Target, follow, settled_end};
use crate::io::{Kind, Source};
use crate::os::stop_on_interrupt;
use crate::output::Output;

use super::transform::State;

/// What has yet to be passed over of a file that is still shorter than where the wanted range begins.
#[derive(Clone, Copy)]
struct Skip {
    unit: Unit,
    left: u64,
}

/// Nothing is to be passed over.
const NOTHING: Skip = Skip { unit: Unit::Byte, left: 0 };

impl Skip {
    /// What of `bytes` comes after the units to be passed over.
    fn pass<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if self.left == 0 {
            return bytes;
        }
        let end = self.unit.nth_end(bytes, self.left);
        self.left -= self.left.min(self.unit.count(&bytes[..end]));
        &bytes[end..]
    }
}

impl Cat<'_> {
    /// Prints all inputs, then follows those that can grow.
    pub fn follow(&mut self, inputs: Vec<Input<'_>>, by: FollowBy) -> anyhow::Result<Exit> {
        check(&self.wanted)?;
        let stop = stop_on_interrupt();
        let mut exit = Exit::Success;
        let mut targets = Vec::new();
        let mut skips = Vec::new();
        let mut states = Vec::new();
        for input in inputs {
            let (name, opened) = self.open(input);
            let source = match opened {
                Ok(source) => source,
                Err(error) => {
                    self.output.report(&name, &error);
                    exit = exit.and(Exit::Failure);
                    if by == FollowBy::Name && error.kind() == io::ErrorKind::NotFound {
                        // It may come yet.
                        targets.push(Target { name, file: None, at: 0, by_name: true });
                        skips.push(NOTHING);
                        states.push(State::default());
                    }
                    continue;
                }
            };
            match self.begin(&source)? {
                None => exit = exit.and(self.one(source)?),
                Some((began, end, skip)) => {
                    exit = exit.and(began);
                    targets.push(Target {
                        file: Some(source.file().try_clone()?),
                        at: source.base() + end,
                        by_name: by == FollowBy::Name && !source.is_stdin(),
                        name,
                    });
                    skips.push(skip);
                    states.push(self.state);
                }
            }
        }
        self.output.flush()?;
        if targets.is_empty() {
            self.finish()?;
            return Ok(exit);
        }
        if matches!(self.wanted, Wanted::All) {
            // One numbering goes on through all of them.
            states = vec![self.state];
        }
        let out = self.output.fd().try_clone_to_owned()?;
        let transform = self.transform;
        let mut text = Vec::new();
        let (output, stats): (&mut Output, &Stats) = (self.output, &self.config.stats);
        let end = follow(targets, stop, std::os::fd::AsFd::as_fd(&out), |event| match event {
            Event::Bytes(Origin { target: number, .. }, bytes) => {
                Stats::add(&stats.bytes, bytes.len() as u64);
                let count = states.len();
                let state: &mut State = &mut states[number.min(count - 1)];
                let kept = skips[number].pass(bytes);
                let passed = &bytes[..bytes.len() - kept.len()];
                state.advance(&transform, passed, transform.tally(passed));
                if transform.is_identity() {
                    return output.write_all(kept);
                }
                text.clear();
                transform.format(state, kept, &mut text);
                state.advance(&transform, kept, transform.tally(kept));
                output.write_all(&text)
            }
            Event::Ended(_) => Ok(()),
            Event::Notice(name, notice) => {
                output.report(name, &io::Error::other(notice.to_owned()));
                Ok(())
            }
            Event::Idle => output.flush(),
        })?;
        for mut state in states {
            text.clear();
            state.finish(&transform, &mut text);
            self.output.write_all(&text)?;
        }
        self.output.flush()?;
        Ok(exit.and(match end {
            End::Stopped => Exit::Interrupted,
            End::Unread => Exit::Closed,
            End::Nothing => Exit::Failure,
        }))
    }

    /// Prints the wanted part of what `source` holds now. Gives where that ended and what is to be passed over from
    /// there, or nothing when the source is none that grows.
    fn begin(&mut self, source: &Source) -> io::Result<Option<(Exit, u64, Skip)>> {
        match source.kind() {
            // It is empty, or one of those that only say so.
            Kind::Unsized => {
                let empty = source.read_at(&mut [0], 0).is_ok_and(|got| got == 0);
                let skip = self.skip(source, 0..0)?.unwrap_or(NOTHING);
                return Ok(empty.then_some((Exit::Success, 0, skip)));
            }
            Kind::Regular if can_be_searched(source) => {}
            _ => return Ok(None),
        }
        let size = source.base() + source.end().unwrap_or(0);
        let end = settled_end(source.positioned(), size)?.saturating_sub(source.base()).max(source.start());
        let now = source.part(source.start()..end, self.config.engine.policy)?;
        if matches!(self.wanted, Wanted::All) {
            return Ok(Some((self.print(now)?, end, NOTHING)));
        }
        self.state = State::default();
        let skip = self.skip(&now, now.start()..end)?;
        let mut spans = match (skip, locate::spans(&now, &self.wanted, self.config, self.output)) {
            (Some(_), _) => Vec::new(),
            (None, Ok(spans)) => spans,
            (None, Err(error)) => {
                // No time so far: what is appended is wanted all the same.
                self.output.report(source.name(), &error);
                Vec::new()
            }
        };
        if spans.is_empty() {
            // Numbers are those of the lines in the file.
            spans.push(end..end);
        }
        Ok(Some((self.spans(&now, spans)?, end, skip.unwrap_or(NOTHING))))
    }

    /// What is left to be passed over when the wanted range begins after all that is in `source` now.
    fn skip(&mut self, source: &Source, within: Range<u64>) -> io::Result<Option<Skip>> {
        let (unit, selection) = match &self.wanted {
            Wanted::Lines(selection) => (Unit::Line, selection),
            Wanted::Bytes(selection) => (Unit::Byte, selection),
            _ => return Ok(None),
        };
        let mut first = u64::MAX;
        for range in selection.ranges() {
            match range.start {
                Mark::Start(start) => first = first.min(start),
                Mark::End(_) => return Ok(None),
            }
        }
        let there = match unit {
            Unit::Byte => within.end - within.start,
            Unit::Line => locate::count_line_ends(source, within, first, self.config, self.output)?,
        };
        Ok((first > there).then(|| Skip { unit, left: first - 1 - there }).filter(|skip| skip.left > 0))
    }
}

/// Only what has no end can be followed.
fn check(wanted: &Wanted) -> anyhow::Result<()> {
    if let Wanted::Lines(selection) | Wanted::Bytes(selection) = wanted {
        let open = selection.ranges().iter().any(|range| range.stop == RangeStop::Never);
        anyhow::ensure!(open, "--follow goes on from a range without an end, such as -10: or 1000:");
    }
    Ok(())
}
