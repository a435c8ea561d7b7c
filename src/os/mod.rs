//! The lowest layer: every raw system call and nearly all `unsafe` code, one topic per file.
//!
//! The files in this folder itself are the same on every system. `unix` holds the code that POSIX
//! systems share, `windows` is its counterpart, and `posix` is the interface of both to the layers
//! above. `platform` is one interface with several implementations: `linux` makes the calls that
//! only Linux offers, and `other` reports that they are missing. The layers above work without the
//! missing ones. Nothing here knows about sources, lines, commands or messages.

mod alternate_stream;
pub mod buffer;
mod error_text;
pub mod extents;
mod fault_table;
mod file_system;
pub mod file_users;
mod freshness;
mod holes;
mod layout;
mod locale;
mod memory;
mod null_device;
#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(windows, path = "windows/mod.rs")]
#[cfg_attr(not(any(target_os = "linux", windows)), path = "other/mod.rs")]
pub mod platform;
mod prefetch;
mod processors;
mod readiness;
pub mod residency;
mod signal;
mod status;
mod stop;
mod threads;
mod tool_name;
#[cfg(unix)]
pub mod unix;
mod usage;
mod view;
mod volume;
mod window_table;

/// The atomics that the window table is made of. The model checker substitutes its own.
mod atomic {
    pub(super) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
}

/// The calls whose implementation differs from system to system.
mod system {
    #[cfg(windows)]
    pub use super::platform::{
        accounts, beneath::*, closed_stdio::*, exception::*, fd_table, inherited::*, interrupt, posix, processes::*,
        ready::*, usage::*, volume::*, wake::*, window::*,
    };
    #[cfg(unix)]
    pub use super::unix::{
        accounts, beneath::*, closed_stdio::*, fd_table, inherited::*, interrupt, page::*, posix, processes::*,
        ready::*, room::*, sigbus::*, usage::*, volume::*, wake::*, window::*,
    };
}

pub use alternate_stream::AlternateStream;
pub use buffer::{Buffer, append_copy};
pub use error_text::error_text;
pub use fault_table::live_windows;
pub use file_system::FileSystem;
pub use freshness::Freshness;
pub use holes::{Extent, MAX_ZEROS, data_end_before, next_extent, zeros};
pub use layout::Layout;
pub use memory::{Allocator, reserve, reserve_exact, set_out_of_memory_code};
pub use null_device::{NULL_DEVICE, null_device};
pub use platform::alternate_streams::alternate_streams;
pub use platform::boot::boot_time;
pub use platform::inode::{Statx, StatxAttributes, StatxFlags, StatxTimestamp, device_number, inode};
pub use platform::machine::memory_size;
pub use platform::proc_users;
pub use platform::sheet::Sheet;
pub use platform::temporary::{memory_file, nameless_file};
#[cfg(feature = "pcre2")]
pub use platform::thread_clock::ThreadClock;
pub use platform::uring::Ring;
pub use platform::watch::Watch;
pub use platform::{context, direct, listing, read_ahead, transfer};
pub use prefetch::{CacheLevel, prefetch_lines, prefetching_walk};
pub use processors::processors;
pub use readiness::{ReadOutcome, Ready};
pub use signal::Signal;
pub use status::Status;
pub use stop::Stop;
pub use system::{
    ANCHOR, Advice, Processes, Window, accounts, available_address_space, fd_table, forget_peak, inherited,
    install_sigbus_handler, interrupt, open_beneath, page_size, peak_resident, poll_for, posix, read_ready, reopen,
    reopen_quietly, reopen_without_waiting, thread_waits, wait_readable, was_closed,
};
pub use threads::{has_room_for_thread, start_thread};
pub use tool_name::{set_tool_name, tool_name};
pub use usage::Usage;
pub use view::WindowView;
pub use volume::Volume;
