//! The ground floor: every raw system call and nearly all `unsafe` code, one file an idea.
//!
//! `unix` holds what POSIX systems share, `linux` what only Linux offers. The layers above see one
//! portable face, and work without whatever a platform lacks. Nothing here knows a source, a line,
//! a command or a message.

pub mod linux;
pub mod unix;

pub use linux::boot::boot_time;
pub use linux::file_system::FileSystem;
pub use linux::inode::inode;
pub use linux::processes::Processes;
pub use linux::watch::Watch;
pub use linux::{extents, proc_users, residency};
pub use unix::beneath::{memory_file, open_beneath, reopen, reopen_without_waiting};
pub use unix::buffer::{self, Buffer};
pub use unix::closed_stdio::was_closed;
pub use unix::holes::{Extent, data_end_before, next_extent};
pub use unix::read_ahead::set_read_ahead;
pub use unix::ready::{ReadOutcome, poll_for, read_ready};
pub use unix::sigbus::{install_sigbus_handler, live_windows};
pub use unix::stop::Stop;
pub use unix::usage::{Usage, addresses_left, forget_peak, peak_resident};
pub use unix::window::{Advice, View, Window, page_size};
pub use unix::{accounts, fd_table, interrupt};
