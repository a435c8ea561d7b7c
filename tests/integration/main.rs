//! Tests of the program as users run it. One binary with a module per subcommand; `law` states what
//! must hold for all of them.

mod bench;
mod cat;
mod cat_follow;
mod cat_lines;
mod cat_peers;
mod cat_select;
mod checksum;
mod checksum_audit;
mod checksum_lists;
mod checksum_reports;
mod checksum_unknown;
mod cluster;
mod coherence;
mod cold;
mod command_line;
mod decode;
mod examples;
mod faults;
mod fuse;
mod fuse_rotation;
mod fuse_streams;
mod generated;
mod grep;
mod grep_follow;
mod grep_holes;
mod grep_long_lines;
mod grep_options;
mod grep_peers;
mod grep_reports;
mod grep_ripgrep;
mod hexdump;
mod hexdump_diff;
mod hexdump_find;
mod hexdump_reverse;
mod hexdump_suites;
mod hints;
mod large;
mod law;
mod law_options;
mod licences;
mod limits;
mod lines;
mod load;
mod log_forms;
mod log_headings;
mod log_prefixes;
mod merge;
#[cfg(unix)]
mod merge_follow;
mod multicall;
mod multicall_numbers;
mod numbers;
mod options;
mod readme;
#[cfg(target_arch = "x86_64")]
mod refused;
#[path = "../../src/skipped.rs"]
mod skipped;
mod sources;
mod stat;
#[cfg(target_arch = "x86_64")]
mod syscalls;
mod terminal;
mod tidy;
mod timeline;
#[cfg(target_arch = "x86_64")]
mod trace;
mod util;
mod windows;
