//! The ground floor: every raw system call and nearly all `unsafe` code, one idea per file.
//!
//! `unix` holds what POSIX systems share. `platform` is one interface with two implementations:
//! `linux` makes the calls that only Linux offers, and `other` reports that they are missing. The
//! layers above work without whatever is missing. Nothing here knows about sources, lines, commands
//! or messages.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other/mod.rs")]
pub mod platform;
mod prefetch;
pub mod unix;

pub use platform::boot::boot_time;
pub use platform::inode::{Statx, StatxAttributes, StatxFlags, StatxTimestamp, device_number, inode};
pub use platform::machine::memory_size;
pub use platform::proc_users;
pub use platform::sheet::Sheet;
pub use platform::temporary::{memory_file, nameless_file};
pub use platform::watch::Watch;
pub use platform::{context, listing, read_ahead, transfer};
pub use prefetch::prefetch_lines;
pub use unix::beneath::{ANCHOR, open_beneath, reopen, reopen_quietly, reopen_without_waiting};
pub use unix::buffer::{self, Buffer};
pub use unix::closed_stdio::was_closed;
pub use unix::file_system::FileSystem;
pub use unix::freshness::Freshness;
pub use unix::holes::{Extent, data_end_before, next_extent};
pub use unix::processes::Processes;
pub use unix::ready::{ReadOutcome, Ready, poll_for, read_ready, wait_readable};
pub use unix::sigbus::{install_sigbus_handler, live_windows};
pub use unix::status::Status;
pub use unix::stop::Stop;
pub use unix::usage::{Usage, addresses_left, forget_peak, peak_resident};
pub use unix::volume::Volume;
pub use unix::window::{Advice, View, Window, page_size};
pub use unix::{accounts, extents, fd_table, holders, interrupt, posix, residency};
