//! Bytes come in here: through windows of a mapping, positioned reads, or a stream.
//!
//! [`Source`] decides once, at open, which of the three it is and keeps the reason. [`Window`] is a
//! bounded piece of a mapping that survives the truncation of its file; [`Stream`] reads what has no
//! pages. Nothing here knows a command, a line or a digest.

mod areas;
mod buffer;
pub mod descriptors;
pub mod extents;
mod fault;
pub mod holders;
mod holes;
pub mod host;
mod interrupt;
mod lease;
mod name;
pub mod path;
pub mod residency;
mod slot;
mod source;
mod standard;
mod stream;
mod usage;
pub mod walk;
mod window;

pub use buffer::Buffer;
pub use fault::{live_windows, stand_guard};
pub use holes::{Extent, next_extent};
pub use interrupt::stop_on_interrupt;
pub use lease::Lease;
pub use name::{drives_a_terminal, escape_name, harmless, push_escaped};
pub use path::Place;
pub use source::{FOLIO, Kind, ONE_READ, Policy, Range, Reason, SMALL, Source, WINDOW, Way};
pub use standard::was_closed;
pub use stream::{Filled, Stop, Stream};
pub use usage::{Usage, addresses_left, forget_peak, peak_resident};
pub use window::{Advice, View, Window, page_size};

/// What the fault table's slots are made of. The model checker puts its own here.
mod atomic {
    pub(super) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}
