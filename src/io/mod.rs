//! Input: windows of a mapping, positioned reads, or a stream.
//!
//! [`Source`] decides once, at open, which of the three it is and keeps the reason. [`Stream`]
//! reads inputs without pages. Nothing here knows about commands, lines or digests, and raw system
//! calls belong to [`crate::os`].

mod list_reader;
pub mod name_list;
mod own_file;
pub mod path;
mod source;
mod span_feed;
mod stream;
pub mod walk;

pub use list_reader::ListReader;
pub use own_file::OwnFile;
pub use path::FileRef;
pub use source::{
    AccessMethod, FOLIO, Feed, FeedNotes, Filled, Gap, IoMode, Kind, MAX_READ_FILE, Range, Reason, SINGLE_READ,
    SmallContent, Source, Unmapped,
};
pub use span_feed::SpanFeed;
pub use stream::Stream;

use crate::os::posix::Errno;
use crate::os::was_closed;

/// Returns standard input.
///
/// # Errors
/// Returns EBADF if standard input was closed when the program started. A read would report end of
/// file instead.
pub fn stdin() -> std::io::Result<std::io::Stdin> {
    if was_closed(0) { Err(Errno::BADF.into()) } else { Ok(std::io::stdin()) }
}
