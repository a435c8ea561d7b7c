//! Handles the end of joined inputs: rows that span inputs, and the last block.

use std::sync::Arc;

use crate::os::Stop;

use super::Cursor;
use super::current::CursorPosition;
use super::span::{Item, Span};

impl Cursor<'_> {
    /// Completes, from the current input, the row that began in an earlier one.
    pub(super) fn complete_row(&mut self, row: usize, stop: &Stop) -> Option<Item> {
        let current = self.current.as_mut()?;
        let missing = row - self.concat.row_mut().len();
        let ended = match &mut current.position {
            CursorPosition::Positioned(positioned) => {
                if let Err(error) = positioned.append_to(&current.source, self.concat.row_mut(), missing) {
                    return Some(self.fail_current(error));
                }
                positioned.remaining() == 0
            }
            CursorPosition::Streamed(streamed) => match streamed.append_to(self.concat.row_mut(), missing, stop) {
                Ok(ended) => ended,
                Err(error) => return Some(self.fail_current(error)),
            },
        };
        let (source, input) = (Arc::clone(&current.source), current.input);
        if ended {
            self.end_current();
        }
        (self.concat.row_mut().len() == row).then(|| {
            let ended = Some(std::mem::take(&mut self.ended));
            Item::Span(Span { ended, ..self.concat.row_span(source, input) })
        })
    }

    /// Returns the last block of joined inputs: the unfinished row, or no bytes.
    pub(super) fn finish_joined(&mut self) -> Option<Span> {
        if !self.is_joined() || std::mem::replace(&mut self.finished, true) {
            return None;
        }
        // Its number belongs to no input, so it is emitted even if the last input failed.
        let ended = Some(std::mem::take(&mut self.ended));
        self.concat.finish(self.opened).map(|span| Span { ended, ..span })
    }
}
