//! Code that POSIX systems share: mappings and the signals they raise, descriptors, names, limits.

pub mod accounts;
pub mod beneath;
pub mod closed_stdio;
pub mod fd_table;
pub mod inherited;
pub mod interrupt;
pub mod mincore;
pub mod page;
pub mod posix;
pub mod processes;
pub mod ready;
pub mod room;
pub mod sigbus;
pub mod status;
pub mod usage;
pub mod volume;
pub mod wake;
pub mod window;
