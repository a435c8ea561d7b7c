//! Decodes a stream if its first bytes show a compressed format. Unlike a file's, these bytes are
//! known only once they are read.

use std::io;
use std::sync::Arc;

use crate::io::{Feed, FeedNotes, Filled, Source, Stream};
use crate::os::Stop;

use super::detect::HEAD;
use super::feed::DecodedFeed;
use super::input::EncodedInput;
use super::{DecodePlan, Decoding, note_written};

/// A feed that reads a stream, decoded or unchanged.
#[derive(Debug)]
pub struct SniffedFeed {
    decoding: Decoding,
    state: SniffState,
    notes: Arc<FeedNotes>,
}

#[derive(Debug)]
enum SniffState {
    /// Not determined yet; holds the first bytes that have arrived.
    Undecided(Stream, Vec<u8>),
    /// Not decoded; holds the first bytes that have not been returned yet.
    AsIs(Stream, Vec<u8>),
    Decoded(DecodedFeed),
    Failed,
}

impl SniffedFeed {
    /// Reads all of `source`.
    pub fn new(decoding: Decoding, source: Arc<Source>, notes: Arc<FeedNotes>) -> SniffedFeed {
        SniffedFeed { decoding, state: SniffState::Undecided(Stream::new(source), Vec::new()), notes }
    }

    /// Reads first bytes until the format is known. Otherwise, returns the outcome of the read.
    fn decide(&mut self, stop: &Stop, wait: bool) -> io::Result<Option<Filled>> {
        let SniffState::Undecided(stream, head) = &mut self.state else { return Ok(None) };
        let mut is_ended = false;
        let plan = loop {
            match self.decoding.plan(head, is_ended) {
                DecodePlan::Undecided => {}
                plan => break plan,
            }
            match stream.read_some(head, HEAD - head.len(), stop, wait)? {
                Filled::Ended => is_ended = true,
                Filled::Full => {}
                other => return Ok(Some(other)),
            }
        };
        let SniffState::Undecided(stream, head) = std::mem::replace(&mut self.state, SniffState::Failed) else {
            return Ok(None);
        };
        note_written(&self.notes, &head, stream.source());
        self.state = match plan {
            DecodePlan::Decode(format) => {
                let stop = Arc::new(Stop::new());
                let input = EncodedInput::of_stream(stream, head, Arc::clone(&stop), Arc::clone(&self.notes));
                let decoder = self.decoding.decoder(input, format)?;
                SniffState::Decoded(DecodedFeed::new(decoder, stop, self.decoding.pool.as_ref()))
            }
            _ => {
                self.decoding.check_name(stream.source().name(), &head)?;
                SniffState::AsIs(stream, head)
            }
        };
        Ok(None)
    }
}

impl Feed for SniffedFeed {
    fn fill(&mut self, buffer: &mut Vec<u8>, max: usize, stop: &Stop, wait: bool) -> io::Result<Filled> {
        if let Some(filled) = self.decide(stop, wait)? {
            return Ok(filled);
        }
        match &mut self.state {
            SniffState::Decoded(decoded) => decoded.fill(buffer, max, stop, wait),
            SniffState::AsIs(stream, head) if head.is_empty() => stream.read_some(buffer, max, stop, wait),
            SniffState::AsIs(_, head) => {
                let some = max.min(head.len());
                buffer.extend(head.drain(..some));
                Ok(Filled::Full)
            }
            SniffState::Undecided(..) | SniffState::Failed => Ok(Filled::Ended),
        }
    }
}
